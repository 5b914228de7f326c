"""What the API's document says of each operation beyond what its route says: a name, and the problems that are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from service.api.problems import BLANK

ANY_CALENDAR: Final = {"path.calendar": "$response.body#/id"}
_AT_FIRST: Final = {**ANY_CALENDAR, "header.If-Match": '"1"'}
_CALENDAR: Final = {"path.calendar": "$request.path.calendar"}
_SEEN: Final = "$response.header.ETag"
_A_MEETING: Final = {"path.meeting": "$response.body#/meetings/0/id"}
_MEETING: Final = {"path.meeting": "$request.path.meeting"}
_A_TASK: Final = {"calendar": "$response.body#/items/0/calendar", "tasks": ["$response.body#/items/0/id"]}


@dataclass(frozen=True, slots=True)
class Link:
    """What can be asked next with what was answered (OpenAPI 3.1, Link Object)."""

    to: str
    """Id of the operation."""
    parameters: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation."""

    id: str
    """For generated clients: a verb and what it is about."""
    summary: str
    problems: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Types beyond those that every operation of its kind has (`service.api.document`), by status, without their prefix."""
    links: tuple[Link, ...] = ()


_DESK: Final = {
    404: ("unknown-meeting",),
    409: (
        "cannot-move",
        "no-option",
        "refused",
        "essential",
        "calendar-too-large",
        "several-meetings",
        "not-ready",
    ),
    503: ("busy",),
}  # fmt: skip
_NOT_READY: Final = {409: ("not-ready",)}
_SEVERAL: Final = {409: ("several-meetings", "not-ready")}
_FEED: Final = {404: (BLANK,), 503: (BLANK,)}


def _more(*parts: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for part in parts:
        for status, types in part.items():
            found[status] = (*found.get(status, ()), *types)
    return found


OPERATIONS: Final[dict[tuple[str, str], Operation]] = {
    ("post", "/v1/caseloads"): Operation(
        "store_caseload", "Keep a version of a caseload", {404: ("not-found",), 422: ("invalid-caseload",)},
        (
            Link("plan_calendar", {}, {"caseload": "$response.body#/id", "rounds": 6}),
            Link("read_caseload", {"path.caseload": "$response.body#/id"}),
        ),
    ),
    ("get", "/v1/caseloads"): Operation(
        "list_caseloads", "List versions of caseloads", {},
        (
            Link("list_caseloads", {"query.after": "$response.body#/next"}),
            Link("read_caseload", {"path.caseload": "$response.body#/items/0/id"}),
        ),
    ),
    ("get", "/v1/caseloads/{caseload}"): Operation("read_caseload", "Read a version of a caseload"),
    ("post", "/v1/calendars"): Operation(
        "plan_calendar", "Ask for a calendar",
        {404: ("not-found",), 409: ("not-ready",), 422: ("too-long",), 429: ("too-many-requests",)},
        (
            Link("read_calendar_status", ANY_CALENDAR),
            Link("watch_calendar", ANY_CALENDAR),
            Link("stop_calendar", ANY_CALENDAR),
            Link("read_calendar", ANY_CALENDAR),
            Link("analyse_calendar", ANY_CALENDAR),
            Link("list_revisions", ANY_CALENDAR),
            Link("compare_calendars", ANY_CALENDAR | {"query.with": "1"}),
            Link("publish_calendar", _AT_FIRST),
        ),
    ),
    ("get", "/v1/calendars"): Operation(
        "list_calendars", "List calendars", {},
        (
            Link("list_calendars", {"query.after": "$response.body#/next"}),
            Link("read_calendar", {"path.calendar": "$response.body#/items/0/id"}),
        ),
    ),
    ("get", "/v1/calendars/{calendar}"): Operation(
        "read_calendar", "Read a calendar", _NOT_READY,
        (
            Link("publish_calendar", _CALENDAR | {"header.If-Match": _SEEN}),
            Link("read_meeting", _A_MEETING),
            Link("read_meeting_file", _A_MEETING),
            Link("ask_rebooking", _A_MEETING, {"today": "2027-01-04"}),
            Link("check_move", _A_MEETING, {"start": "$response.body#/meetings/1/start", "today": "2027-01-04"}),
            Link(
                "move_meeting", _A_MEETING | {"header.If-Match": _SEEN},
                {"start": "$response.body#/meetings/0/start", "today": "2027-01-04"},
            ),
        ),
    ),
    ("get", "/v1/calendars/{calendar}/status"): Operation("read_calendar_status", "Read how far a calendar is"),
    ("get", "/v1/calendars/{calendar}/revisions"): Operation("list_revisions", "List a calendar's revisions"),
    ("get", "/v1/calendars/{calendar}/analysis"): Operation(
        "analyse_calendar", "Read how good a calendar is, and why", _NOT_READY
    ),
    ("get", "/v1/calendars/{calendar}/diff"): Operation(
        "compare_calendars", "Compare a calendar with another, or with another revision", _NOT_READY
    ),
    ("post", "/v1/calendars/{calendar}:stop"): Operation("stop_calendar", "End a search, and keep the best so far"),
    ("get", "/v1/calendars/{calendar}/events"): Operation("watch_calendar", "Watch a calendar being made"),
    ("post", "/v1/calendars/{calendar}:publish"): Operation(
        "publish_calendar", "Publish a calendar", {409: ("rules-broken", "not-ready")},
        (Link("publish_calendar", _CALENDAR | {"header.If-Match": _SEEN}),),
    ),
    ("post", "/v1/calendars/{calendar}:undo"): Operation(
        "undo_change", "Undo the last change", {409: ("nothing-to-undo", "people-told", "rules-broken", "not-ready")},
        (Link("undo_change", _CALENDAR | {"header.If-Match": _SEEN}),),
    ),
    ("get", "/v1/meetings/{meeting}.ics"): Operation("read_meeting_file", "Read a meeting as a calendar file", _SEVERAL),
    ("get", "/v1/meetings/{meeting}"): Operation(
        "read_meeting", "Read a meeting", _SEVERAL,
        (
            Link("read_meeting_file", _MEETING),
            Link("ask_rebooking", _MEETING, {"today": "2027-01-04"}),
        ),
    ),
    ("patch", "/v1/meetings/{meeting}"): Operation(
        "move_meeting", "Move a meeting, and keep it there", _more(_DESK, {422: ("not-local", "bad-change")})
    ),
    ("post", "/v1/meetings/{meeting}/move:check"): Operation(
        "check_move", "Ask whether a meeting can be moved", _more(_DESK, {422: ("not-local", "bad-change")})
    ),
    ("post", "/v1/meetings/{meeting}/rebookings"): Operation(
        "ask_rebooking", "Ask where else a meeting could be held", _more(_DESK, {422: ("bad-change",)}),
        (
            Link("read_rebooking", {"path.rebooking": "$response.body#/id"}),
            Link(
                "accept_rebooking", {"path.rebooking": "$response.body#/id", "header.If-Match": _SEEN},
                {"option": "$response.body#/rebooking/options/1/number"},
            ),
        ),
    ),
    ("get", "/v1/rebookings/{rebooking}"): Operation(
        "read_rebooking", "Read the options for a meeting", {},
        (
            Link(
                "accept_rebooking", {"path.rebooking": "$request.path.rebooking", "header.If-Match": _SEEN}, {"option": 1}
            ),
        ),
    ),
    ("post", "/v1/rebookings/{rebooking}:accept"): Operation(
        "accept_rebooking", "Accept an option", _more(_DESK, {422: ("unknown-option", "bad-change")}),
        (
            Link("undo_change", {"path.calendar": "$response.body#/calendar", "header.If-Match": _SEEN}),
            Link("publish_calendar", {"path.calendar": "$response.body#/calendar", "header.If-Match": _SEEN}),
        ),
    ),
    ("post", "/v1/people/{person}/availability"): Operation(
        "give_availability", "Give a person's own calendar", {422: ("bad-calendar-file",)}
    ),
    ("post", "/v1/feeds"): Operation("grant_feed", "Make an address to subscribe to", {404: ("not-found",)}),
    ("post", "/v1/feeds:revoke"): Operation("revoke_feeds", "Make a feed's addresses worthless", {404: ("not-found",)}),
    ("get", "/v1/people/{person}/calendar.ics"): Operation("read_person_feed", "Read a person's feed", _FEED),
    ("get", "/v1/teams/{team}/calendar.ics"): Operation("read_team_feed", "Read a team's feed", _FEED),
    ("get", "/v1/venues/{venue}/calendar.ics"): Operation("read_venue_feed", "Read a room's feed", _FEED),
    ("post", "/v1/replies"): Operation(
        "take_replies", "Put answers to invites into the calendar",
        {404: ("not-found", BLANK), 409: ("conflict",), 415: ("media-type",), 422: ("which-team",)},
    ),
    ("get", "/v1/messages"): Operation(
        "list_messages", "List messages", {}, (Link("list_messages", {"query.after": "$response.body#/next"}),)
    ),
    ("get", "/v1/messages/{message}/content"): Operation("read_message", "Read a message that is due"),
    ("post", "/v1/messages:given"): Operation(
        "hand_over_messages", "Say that messages were handed over", {404: ("not-found",), 409: ("not-due",)}
    ),
    ("get", "/v1/tasks"): Operation(
        "list_tasks", "List tasks", {},
        (
            Link("list_tasks", {"query.after": "$response.body#/next"}),
            Link("mark_tasks", {"header.If-Match": "*"}, _A_TASK),
            Link("unmark_tasks", {}, _A_TASK),
        ),
    ),
    ("post", "/v1/tasks:mark"): Operation(
        "mark_tasks", "Say that tasks are done", {403: ("not-yours",), 404: ("not-found",), 409: ("not-ready",)}
    ),
    ("post", "/v1/tasks:unmark"): Operation(
        "unmark_tasks", "Say that tasks aren't done after all",
        {403: ("not-yours",), 404: ("not-found",), 409: ("not-ready",)},
    ),
    ("get", "/v1/kpis"): Operation("read_figures", "Read each team's figures"),
    ("get", "/v1/audit"): Operation(
        "read_audit", "Read the audit log", {}, (Link("read_audit", {"query.before": "$response.body#/next"}),)
    ),
    ("post", "/v1/webhooks"): Operation(
        "add_webhook", "Be told of events", {422: ("bad-webhook",)},
        (Link("remove_webhook", {"path.webhook": "$response.body#/id"}),),
    ),
    ("get", "/v1/webhooks"): Operation("list_webhooks", "List webhooks"),
    ("delete", "/v1/webhooks/{webhook}"): Operation("remove_webhook", "Remove a webhook"),
    ("get", "/healthz"): Operation("check_alive", "Ask whether the process lives"),
    ("get", "/readyz"): Operation("check_ready", "Ask whether requests can be answered", {503: ("not-ready-to-serve",)}),
    ("get", "/metrics"): Operation("read_metrics", "Read figures for operators"),
}  # fmt: skip

TAGS: Final = (
    ("caseloads", "What is planned for: every version that was given is kept."),
    ("calendars", "Asked for, watched, read, compared, published."),
    ("meetings", "Of the calendars that count."),
    ("rebookings", "Where else a meeting could be held, best first."),
    ("people", "When they are taken."),
    ("feeds", "Calendars to subscribe to, by a token in the address."),
    ("replies", "Of those who were invited."),
    ("messages", "On their way to those who are invited: mails, and letters to print."),
    ("tasks", "What is owed, by whom, by when."),
    ("kpis", "Each team's figures."),
    ("audit", "Who did and read what, when."),
    ("webhooks", "Told to other systems, signed."),
    ("operation", "For whoever runs the service."),
)

__all__ = ["OPERATIONS", "TAGS", "Link", "Operation"]
