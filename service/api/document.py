"""The API's document, ``openapi.json``: what FastAPI knows of the routes, and all that they answer besides.

``python -m service.api.document`` writes it anew, with examples that were just asked and answered; ``--check`` only says whether
it is as it should be. A test does the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from service.api.operations import OPERATIONS, TAGS, Operation
from service.api.problems import BLANK, MEDIA_TYPE
from service.api.replies import SystemAnswer

PATH: Final = Path(__file__).with_name("openapi.json")
METHODS: Final = ("get", "put", "post", "patch", "delete")
PREFIX: Final = "urn:convene:problem:"
Json = dict[str, Any]

_PROBLEM: Final[Json] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457). It repeats nothing of what was sent.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "description": "The kind of problem: stable, for programs. `about:blank`: the status says all.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "For people: what is wrong and what would be right."},
        "revision": {"type": "integer", "description": "With 412: the one that the calendar has."},
        "errors": {
            "type": "array",
            "description": "Every fault, with `pointer` (RFC 6901) where it is one of the body's.",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
}  # fmt: skip
_HEADERS: Final[Json] = {
    "ETag": {"description": "The revision of the calendar, to be sent in `If-Match`.", "schema": {"type": "string"}},
    "Location": {"description": "Where it is to be found.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds until it is worth asking again.", "schema": {"type": "string"}},
    "Idempotent-Replay": {
        "description": "`true` where the request had come before, with the same `Idempotency-Key`, and was done then.",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {"description": "How to sign in (RFC 6750).", "schema": {"type": "string"}},
    "X-Request-ID": {"description": "Of this request, as in the log.", "schema": {"type": "string"}},
}  # fmt: skip
_WORDS: Final = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "There is no such thing, or it isn't yours",
    408: "The body took too long",
    409: "Not as things are",
    412: "The calendar has changed",
    413: "Too large",
    415: "The body can't be of this kind, or packed",
    422: "The request isn't as it must be",
    428: "If-Match is missing",
    429: "Too many requests",
    503: "Not just now",
}
_COMMON: Final = {
    401: ("NotSignedIn", ("not-signed-in",), ("WWW-Authenticate",)),
    408: ("TimedOut", (BLANK,), ()),
    413: ("TooLarge", ("too-large",), ()),
    415: ("Unsupported", (BLANK, "media-type"), ()),
    429: ("TooMany", ("too-many-requests",), ("Retry-After",)),
}
"""Answers that are the same everywhere: name of the component, types, headers."""
_LOCATED: Final = frozenset(
    {"store_caseload", "plan_calendar", "ask_rebooking", "add_webhook"},
)
_TAGGED: Final = frozenset(
    {
        "read_caseload", "read_calendar", "read_calendar_status", "publish_calendar", "undo_change", "read_meeting",
        "move_meeting",
        "ask_rebooking", "read_rebooking", "accept_rebooking", "read_person_feed", "read_team_feed", "read_venue_feed",
    }
)  # fmt: skip
_CONDITIONAL: Final = frozenset({"read_calendar", "read_person_feed", "read_team_feed", "read_venue_feed"})
_MEDIA: Final = {
    "read_meeting_file": "text/calendar",
    "read_person_feed": "text/calendar",
    "read_team_feed": "text/calendar",
    "read_venue_feed": "text/calendar",
    "read_metrics": "text/plain",
    "watch_calendar": "text/event-stream",
}


@cache
def committed() -> Json:
    """Return the document as it is kept."""
    found: Json = json.loads(PATH.read_text())
    return found


def describe(app: FastAPI) -> Json:
    """Make the document of an application, without examples.

    Raises
    ------
    KeyError
        For a route that `service.api.operations` says nothing of.
    """
    app.openapi_schema = None
    made = FastAPI.openapi(app)
    app.openapi_schema = None
    made["tags"] = [{"name": name, "description": words} for name, words in TAGS]
    components = made["components"]
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = _PROBLEM
    components["schemas"]["SystemAnswer"] = SystemAnswer.model_json_schema()
    components["headers"] = _HEADERS
    components["responses"] = {
        name: _problem(status, types, headers) for status, (name, types, headers) in _COMMON.items()
    }
    for path, item in made["paths"].items():
        for method in METHODS:
            if method in item:
                item[method] = _operation(item[method], method, OPERATIONS[method, path])
    return made


def _operation(given: Json, method: str, about: Operation) -> Json:
    """An operation with all that it answers."""
    made = given | {"operationId": about.id, "summary": about.summary}
    if "parameters" in given:
        made["parameters"] = [_parameter(one) for one in given["parameters"]]
    made["responses"] = _answers(given, about)
    for status, types in sorted(_problems(made, method, about).items()):
        if status in _COMMON:
            made["responses"][str(status)] = {"$ref": f"#/components/responses/{_COMMON[status][0]}"}
        else:
            made["responses"][str(status)] = _problem(status, types, _headers_of(status))
    return made


def _parameter(given: Json) -> Json:
    name = given["name"]
    if name == "If-Match":
        schema: Json = {"type": "string", "pattern": r'^(\*|"[0-9]{1,9}")$'}
        return given | {"required": True, "schema": schema}
    if given["in"] == "header":
        most = 20 if name == "Last-Event-ID" else 255
        schema = {"type": "string", "minLength": 1, "maxLength": most, "pattern": "^[!-~]+$"}
        return given | {"schema": schema}
    return given


def _answers(given: Json, about: Operation) -> Json:
    """What it answers where nothing is wrong."""
    made: Json = {}
    for status, answer in given["responses"].items():
        if status == "422":
            continue
        answer = dict(answer)  # noqa: PLW2901 - FastAPI's own is left as it is
        headers = ["X-Request-ID"]
        headers += ["Location"] if about.id in _LOCATED else []
        headers += ["ETag"] if about.id in _TAGGED else []
        headers += ["Idempotent-Replay"] if _has(given, "Idempotency-Key") else []
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
        answer["description"] = "Done" if status != "202" else "Taken; it is being done"
        if about.id in _MEDIA:
            # Of a stream of events FastAPI says what each of them is.
            known = given["responses"][status].get("content", {}).get(_MEDIA[about.id], {})
            answer["content"] = {_MEDIA[about.id]: dict(known) or {"schema": {"type": "string"}}}
        if about.links:
            answer["links"] = {link.to: _link(link.to, link.parameters, link.body) for link in about.links}
        made[status] = answer
    if about.id == "store_caseload":
        made = {"200": made["201"] | {"description": "It is the latest version already"}, **made}
    if about.id in _CONDITIONAL:
        made["304"] = {
            "description": "As `If-None-Match` has it",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
        }
    return made


def _link(to: str, parameters: Mapping[str, str], body: Any) -> Json:
    made: Json = {"operationId": to}
    if parameters:
        made["parameters"] = dict(parameters)
    if body is not None:
        made["requestBody"] = body
    return made


def _problems(made: Json, method: str, about: Operation) -> dict[int, tuple[str, ...]]:
    """Types of problems by status: those of every operation of its kind, and its own."""
    found: dict[int, list[str]] = {429: []}

    def may(status: int, *types: str) -> None:
        known = found.setdefault(status, [])
        known += [one for one in types if one not in known]

    parameters = made.get("parameters", [])
    if made.get("security"):
        may(401, "not-signed-in")
        may(403, "forbidden", *(("not-from-our-page",) if method != "get" else ()))
        may(503, "sign-in-unavailable", "database-away")
    if any(one["in"] == "path" for one in parameters):
        may(404, "not-found")
    if "requestBody" in made:
        may(400, BLANK)
        for status in (408, 413, 415):
            may(status)
    if parameters or "requestBody" in made:
        may(422, "invalid-request")
    if _has(made, "If-Match"):
        may(400, "bad-precondition")
        may(412, "stale-revision")
        may(428, "precondition-required")
    if _has(made, "Idempotency-Key"):
        may(400, "bad-idempotency-key")
        may(422, "idempotency-key-reused")
    if _has(made, "after"):
        may(400, "bad-cursor")
    for status, types in about.problems.items():
        may(status, *types)
    return {status: tuple(types) for status, types in found.items()}


def _has(operation: Json, name: str) -> bool:
    return any(one["name"] == name for one in operation.get("parameters", []))


def _headers_of(status: int) -> tuple[str, ...]:
    return {412: ("ETag",), 503: ("Retry-After",)}.get(status, ())


def _problem(status: int, types: tuple[str, ...], headers: tuple[str, ...]) -> Json:
    told = ", ".join(f"`{one if one == BLANK else PREFIX + one}`" for one in types)
    return {
        "description": f"{_WORDS[status]}: {told}",
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"} for name in sorted({*headers, "X-Request-ID"})
        },
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def text(document: Json) -> str:
    """The document as it is kept: in a stable order."""
    order = ("openapi", "info", "tags", "paths", "components")
    whole = {name: document[name] for name in order}
    whole["components"] = {
        name: dict(sorted(part.items())) for name, part in sorted(document["components"].items())
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or see whether it is as it should be."""
    from service.api.examples import complete  # noqa: PLC0415 - it plans a calendar

    made = text(complete())
    if "--check" not in arguments:
        PATH.write_text(made)
        return 0
    if PATH.is_file() and PATH.read_text() == made:
        return 0
    sys.stderr.write(f"{PATH.name} is out of date: run python -m {__spec__.name if __spec__ else __name__}\n")
    return 1


__all__ = ["METHODS", "PATH", "PREFIX", "committed", "describe", "main", "text"]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
