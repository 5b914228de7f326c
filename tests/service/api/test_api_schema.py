"""Whatever can be asked by the document is answered by it: no fault of the service, every refusal a problem document."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from deep import deep
from hypothesis import HealthCheck, Phase, given, settings
from planned_app import PlannedApp, schema_of, sent
from schemathesis import GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.api.document import committed
from service.api.operations import OPERATIONS
from service.store import audit
from service.store.engine import Store

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def bounded(examples: int, steps: int = 12) -> settings:
    """The same requests every time."""
    return settings(
        max_examples=examples, stateful_step_count=steps, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip


@cache
def problem() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(committed()["components"]["schemas"]["Problem"])


def check(response: Response, case: Any) -> None:
    """Hold an answer against the document."""
    case.validate_response(response, checks=CHECKS)
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"]
        told = response.json()
        problem().validate(told)
        assert told["status"] == response.status_code
    assert response.headers["x-request-id"]


def walk(app: PlannedApp, examples: int) -> None:
    """From answer to request, as the links say."""

    class Walk(schema_of(app).as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            app.begin()

        def call(self, case: Any, **_: Any) -> Response:
            return sent(app, case)

        def validate_response(self, response: Response, case: Any, **_: Any) -> None:
            check(response, case)

    Walk.run(settings=bounded(examples))
    with app.service.store.reading() as session:
        assert [flaw for tenant in app.tenants for flaw in audit.flaws(session, tenant)] == []


def fuzz(app: PlannedApp, examples: int) -> None:
    """Every operation by itself."""
    schema = schema_of(app)
    for result in schema.get_all_operations():
        operation = result.ok()
        # What takes nothing can't be given anything wrong.
        takes = operation.definition.raw.get("parameters") or operation.definition.raw.get("security")
        for mode in MODES if takes else MODES[:1]:

            @given(case=operation.as_strategy(generation_mode=mode))
            @bounded(examples)
            def ask(case: Any) -> None:
                check(sent(app, case), case)

            ask()


def answered_well(app: PlannedApp) -> set[str]:
    return {name for name, status in app.seen if status < 400}


DEEP = {"plan_calendar", "publish_calendar", "ask_rebooking", "accept_rebooking"}
"""Which a walk only gets a good answer from if it knows what was answered before."""


def test_walks_along_the_links(store: Store) -> None:
    app = PlannedApp(store)
    walk(app, 12)
    assert len(DEEP & answered_well(app)) >= 2


def test_every_operation_whatever_it_is_given(store: Store) -> None:
    app = PlannedApp(store)
    fuzz(app, 3)
    assert {name for name, _ in app.seen} == {about.id for about in OPERATIONS.values()}


@pytest.mark.slow
@pytest.mark.parametrize("examples", [40, deep(120)])
def test_long_walks_along_the_links(store: Store, examples: int) -> None:
    app = PlannedApp(store)
    walk(app, examples)
    assert answered_well(app) >= DEEP


@pytest.mark.slow
@pytest.mark.parametrize("examples", [12, deep(60)])
def test_every_operation_often(store: Store, examples: int) -> None:
    app = PlannedApp(store)
    fuzz(app, examples)
    assert {name for name, _ in app.seen} == {about.id for about in OPERATIONS.values()}
