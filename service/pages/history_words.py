"""What the words of the audit log mean, in plain English."""

from __future__ import annotations

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "account.add": "Added an account",
    "account.disable": "Disabled an account",
    "audit.read": "Looked at the history",
    "availability.write": "Gave somebody’s own calendar",
    "calendar.completed": "A calendar was ready",
    "calendar.failed": "Planning failed",
    "calendar.infeasible": "A calendar was ready, but not everything can be held",
    "calendar.invalid": "The caseload couldn’t be planned",
    "calendar.plan": "Asked for a calendar",
    "calendar.publish": "Published",
    "calendar.read": "Looked at a calendar",
    "calendar.stop": "Asked for a search to be stopped",
    "calendar.stopped": "A search was stopped",
    "calendar.stress": "Had a calendar tried out",
    "calendar.stress-stop": "Stopped trying a calendar out",
    "calendar.undo": "Undid a change",
    "caseload.erase": "Erased a caseload",
    "caseload.read": "Looked at a caseload",
    "caseload.write": "Uploaded a caseload",
    "feed.grant": "Made an address of a calendar feed",
    "feed.revoke": "Made a calendar feed’s addresses worthless",
    "invites.send": "Mail was sent",
    "key.new": "Made a program’s key",
    "key.revoke": "Revoked a program’s key",
    "key.rotate": "Replaced a program’s key",
    "meeting.moved": "Moved a meeting",
    "meeting.read": "Looked at a meeting",
    "meeting.rebooked": "Rebooked a meeting",
    "message.given": "Said that a message was handed over",
    "message.read": "Read what somebody is sent",
    "rebooking.ask": "Asked where else a meeting could be held",
    "rebooking.close": "Closed a request to rebook",
    "rebooking.read": "Looked at where else a meeting could be held",
    "rebooking.want": "Asked for a meeting to be rebooked",
    "reply.write": "Put answers to invites into the calendar",
    "session.begin": "Signed in",
    "task.mark": "Marked tasks as done or not done",
    "task.read": "Looked at tasks",
    "team.add": "Added the team",
    "tenant.add": "Added the authority",
    "webhook.add": "Added a webhook",
    "webhook.remove": "Removed a webhook",
}
"""Every action that is recorded; `tests/web/test_history.py` looks for one that is missing."""
READS: Final = tuple(sorted(one for one in ACTIONS if one.endswith(".read")))
KINDS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "changes": ("Everything that was done", tuple(sorted(set(ACTIONS) - set(READS)))),
    "reads": ("Who looked at what", READS),
    "plans": (
        "Caseloads and planning",
        tuple(
            one
            for one in ACTIONS
            if one.startswith(("caseload.", "calendar."))
            and one not in (*READS, "calendar.publish", "calendar.undo")
        ),
    ),
    "meetings": (
        "Meetings moved and rebooked",
        (
            "availability.write",
            "calendar.undo",
            "meeting.moved",
            "meeting.rebooked",
            "rebooking.ask",
            "reply.write",
        ),
    ),
    "messages": (
        "Publishing and messages",
        ("calendar.publish", "feed.grant", "feed.revoke", "invites.send", "message.given"),
    ),
    "all": ("All", ()),
}
"""What the log can be narrowed to."""
REASONS: Final = {
    "planned": "Planned",
    "moved": "A meeting was moved",
    "rebooked": "A meeting was rebooked",
    "undone": "A change was undone",
}
"""Why there is a revision."""
_CALENDAR: Final = "calendar."


def action_words(action: str) -> str:
    """What somebody did."""
    return ACTIONS.get(action, action)


def change_words(action: str, before: str | None, after: str | None) -> str:
    """What changed, of what the log keeps: revisions, counts; digests say nothing to a reader."""
    if action == "calendar.publish":
        return f"Revision {after}" + ("" if before in (None, "0") else f"; before, revision {before}")
    if action == "invites.send":
        return after or ""
    if after is not None and after.isdecimal():
        return f"Revision {after}"
    if before is not None and before.isdecimal():
        return f"Of revision {before}"
    return ""


__all__ = ["ACTIONS", "KINDS", "READS", "REASONS", "action_words", "change_words"]
