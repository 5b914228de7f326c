"""The example case system, with a client made from the document, against a real service that loses answers."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from processes import at_most
from service_process import add_integrator, serving

from service.api.document import PATH
from service.store import audit
from service.store.engine import Store
from service.webhooks.signing import sign


@pytest.fixture(scope="session")
def case_system(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The example, with the client that it needs made on the spot."""
    beside = str(Path(sys.executable).parent)
    generator = shutil.which(
        "openapi-python-client", path=os.pathsep.join((beside, os.environ.get("PATH", "")))
    )
    if generator is None:
        if os.environ.get("CI") == "true":
            pytest.fail("openapi-python-client isn't installed, and here it must be")
        pytest.skip("openapi-python-client isn't installed")
    folder = tmp_path_factory.mktemp("client")
    settings = folder / "settings.yaml"
    # What it knows no type of is sent as it is; what it would tidy up with, nobody reads.
    settings.write_text(
        "content_type_overrides:\n  text/calendar: application/octet-stream\n"
        "  message/rfc822: application/octet-stream\npost_hooks: []\n"
    )
    command = [
        generator, "generate", "--path", str(PATH), "--meta", "none", "--config", str(settings),
        "--output-path", str(folder / "convene_client"), "--fail-on-warning",
    ]  # fmt: skip
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("service.examples.case_system")
    finally:
        sys.path.remove(str(folder))


class Losing(httpx.HTTPTransport):
    """Loses the first answer to every change, after it was made."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        known = f"{request.method} {request.url.path} {request.headers.get('Idempotency-Key')}"
        if request.method == "POST" and known not in self.lost:
            self.lost.append(known)
            answer.read()
            answer.close()
            raise httpx.ReadError("the line was dropped", request=request)
        return answer


@pytest.mark.slow
def test_a_case_system_rebooks_though_answers_are_lost(
    case_system: ModuleType, database_url: str, tmp_path: Path
) -> None:
    store = Store(database_url)
    key = add_integrator(store)
    inbox, transport = case_system.Inbox(), Losing()
    said: list[str] = []
    try:
        with (
            at_most(400),
            serving(database_url, tmp_path / "service", CONVENE_ALLOW_PRIVATE="yes") as address,
            case_system.AuthenticatedClient(
                base_url=address, token=key, timeout=httpx.Timeout(150.0), httpx_args={"transport": transport}
            ) as client,
        ):
            seen: dict[str, Any] = case_system.run(client, inbox, said.append)
            listed = client.get_httpx_client().get("/v1/calendars").json()["items"]
            versions = client.get_httpx_client().get("/v1/caseloads").json()["items"]
    finally:
        inbox.close()
    assert len(transport.lost) == 6, "every change was answered once in vain"
    assert [one["id"] for one in listed] == [seen["calendar"]], "and done once"
    assert [one["version"] for one in versions] == [2, 1], "the absence made a version"
    assert seen["states"][0] == "queued"
    assert seen["states"][-1] == "completed"
    assert seen["accepted"] == seen["read"] != seen["before"]
    assert seen["revision"] == 2
    assert sorted(seen["told"]) == ["calendar.published", "meeting.rebooked"]
    with store.reading() as session:
        assert list(audit.flaws(session, "authority")) == []
    store.close()


def test_its_inbox_believes_only_what_is_signed_now(case_system: ModuleType) -> None:
    inbox = case_system.Inbox(secret="kept")
    try:
        body, now = b'{"id": "1", "event": "meeting.moved"}', int(time.time())
        ask = {"content": body, "headers": {"Convene-Signature": sign("kept", body, now)}}
        assert [httpx.post(inbox.url, **ask).status_code for _ in range(2)] == [204, 204]
        assert len(inbox.told) == 1, "what comes again counts once"
        for secret, at in (("another", now), ("kept", now - 301)):
            bad = {"content": body, "headers": {"Convene-Signature": sign(secret, body, at)}}
            assert httpx.post(inbox.url, **bad).status_code == 400
        assert httpx.post(inbox.url, content=body).status_code == 400
        assert len(inbox.told) == 1
    finally:
        inbox.close()
