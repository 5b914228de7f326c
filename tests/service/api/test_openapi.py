"""The document of the API: as the application is, with examples that were asked and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from service.api.document import METHODS, PATH, committed, text
from service.api.examples import complete
from service.api.operations import OPERATIONS, TAGS

Json = dict[str, Any]


@cache
def asked_anew() -> Json:
    """The document, with every example asked of the application just now."""
    return complete()


def operations() -> list[tuple[str, str, Json]]:
    paths: Json = committed()["paths"]
    return [
        (method, path, item[method]) for path, item in paths.items() for method in METHODS if method in item
    ]


def answers(operation: Json) -> Iterator[tuple[str, Json]]:
    for status, answer in operation["responses"].items():
        name = answer.get("$ref", "").rpartition("/")[2]
        yield status, committed()["components"]["responses"][name] if name else answer


def examples(media: Json) -> Json:
    return {name: one["value"] for name, one in media.get("examples", {}).items()}


def test_the_document_is_as_the_application_is() -> None:
    assert PATH.read_text() == text(asked_anew()), "run python -m service.api.document"


def test_every_operation_is_told_of_and_no_other() -> None:
    found = {(method, path) for method, path, _ in operations()}
    assert found == set(OPERATIONS)
    ids = [one["operationId"] for *_, one in operations()]
    assert len(set(ids)) == len(ids)
    tags = {name for name, _ in TAGS}
    for method, path, one in operations():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", one["operationId"]), path
        assert one["summary"], (method, path)
        assert set(one["tags"]) <= tags, (method, path)
        assert len(one["tags"]) == 1, (method, path)
        assert all(parameter.get("schema") for parameter in one.get("parameters", []))


def test_every_error_is_a_problem_and_everything_for_accounts_says_so() -> None:
    for method, path, one in operations():
        statuses = {status for status, _ in answers(one)}
        if "security" in one:
            assert {"401", "403", "429"} <= statuses, (method, path)
        for status, answer in answers(one):
            if status >= "4":
                assert list(answer["content"]) == ["application/problem+json"], (method, path, status)
    assert committed()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_link_leads_somewhere() -> None:
    known = {one["operationId"]: one for *_, one in operations()}
    for *_, one in operations():
        for _, answer in answers(one):
            for link in answer.get("links", {}).values():
                names = {
                    f"{given['in']}.{given['name']}"
                    for given in known[link["operationId"]].get("parameters", [])
                }
                assert set(link.get("parameters", {})) <= names


@pytest.mark.parametrize("operation", [one["operationId"] for *_, one in operations()])
def test_examples_are_as_their_schemas_say(operation: str) -> None:
    (one,) = [one for *_, one in operations() if one["operationId"] == operation]
    asked = list(one.get("requestBody", {}).get("content", {}).values())
    told = [media for _, answer in answers(one) for media in answer.get("content", {}).values()]
    refused = {
        name
        for status, answer in answers(one)
        if status >= "4"
        for media in answer["content"].values()
        for name in examples(media)
    }
    for media in asked:
        for name, value in examples(media).items():
            assert name in {known for answer in told for known in examples(answer)}, (
                "what is asked is answered"
            )
            if name not in refused:
                validator(media["schema"]).validate(value)
    for media in told:
        for value in examples(media).values():
            validator(media.get("schema", {"type": "string"})).validate(value)


def test_every_operation_has_an_example_of_going_well() -> None:
    without = {
        one["operationId"]
        for *_, one in operations()
        if not any(
            examples(media)
            for status, answer in answers(one)
            if status < "3"
            for media in answer.get("content", {}).values()
        )
    }
    assert without == {"read_metrics", "remove_webhook", "read_message"}, (
        "figures of the moment, an answer without a body, and a mail, whose ids are of its authority's key"
    )


def test_nothing_secret_is_in_the_document() -> None:
    whole = PATH.read_text()
    assert not re.search(r"convene_[0-9a-f]{12}_", whole)
    assert set(re.findall(r'token=([^"&]+)', whole)) == {"shown-once"}
    assert set(re.findall(r'"secret": "([^"]+)"', whole)) == {"shown-once-keep-it"}


def validator(schema: Json) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": committed()["components"]})
