"""Pointers of faults: they say where, and repeat no name that was sent and that the document doesn't have."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from api_cases import documents
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from planned_app import PlannedApp
from raw_asgi import Got, ask

from service.api.pointers import pointer, steps_of
from service.store.engine import Store
from solver.schema.faults import format_path

MARK = "Zqx"
"""In no word of ours."""
names = st.builds(lambda before, after: f"{before}{MARK}{after}", st.text(max_size=4), st.text(max_size=80))
bounded = settings(
    max_examples=15, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def send(app: PlannedApp, path: bytes, body: Any) -> Got:
    content = json.dumps(body).encode()
    found = [(name.lower().encode(), value.encode()) for name, value in app.headers.items()]
    length = str(len(content)).encode()
    return ask(
        app,
        "POST",
        path,
        [*found, (b"content-type", b"application/json"), (b"content-length", length)],
        [content],
    )


def refused(got: Got, *pointers: str) -> None:
    assert got.status == 422, got.body
    assert MARK not in got.body.decode()
    errors = got.json()["errors"]
    assert set(pointers) <= {one["pointer"] for one in errors}, errors


@pytest.fixture
def app(store: Store) -> PlannedApp:
    return PlannedApp(store)


@pytest.fixture(scope="module")
def caseload() -> Any:
    return json.loads(documents()[0])


@bounded
@given(name=names)
@example(f'{MARK}"].people[0].name')
@example(f"{MARK}.people")
@example(f"people/{MARK}~1")
@example(MARK)
def test_a_field_that_is_not_known_is_told_by_where_it_is(app: PlannedApp, caseload: Any, name: str) -> None:
    refused(send(app, b"/v1/calendars", {"caseload": "x", name: 1}), "#/body")
    refused(send(app, b"/v1/webhooks", {"url": "https://x.example/", "events": [name]}))
    wrong = deepcopy(caseload)
    wrong[name] = 1
    wrong["people"][1][name] = 1
    wrong["plans"][0]["participants"][0][name] = {name: 1}
    wrong["travel"] = {name: {name: -1}}
    refused(send(app, b"/v1/caseloads", wrong), "", "/people/1", "/plans/0/participants/0", "/travel")


@bounded
@given(
    known=st.lists(
        st.one_of(st.integers(0, 10**6), st.sampled_from(["people", "plans", "other", "body"])), max_size=6
    ),
    name=names,
    after=st.lists(st.one_of(st.integers(0, 9), st.sampled_from(["people", "id"])), max_size=3),
)
def test_a_pointer_ends_above_what_is_not_known(
    known: list[int | str], name: str, after: list[int | str]
) -> None:
    above = "".join(f"/{step}" for step in known)
    assert pointer(known) == above
    assert pointer([*known, name, *after]) == above
    path = format_path((*known, name, *after))
    assert pointer(steps_of(path)) == above
