"""The meeting that a page of a team is about, and what all its pages need of it."""

from __future__ import annotations

from dataclasses import dataclass

from service.access.views import rebooking_seen
from service.api.context import not_found
from service.api.meetings import Place, options, today_of
from service.desks.asked import Ask
from service.pages.addresses import meeting_path
from service.pages.meeting_words import Sentences
from service.pages.team import TeamView
from service.store import audit
from service.store.calendars import Standing
from service.store.scope import Scoped
from service.store.tables import Tenant
from service.views.attention import meeting_words
from solver.schema.calendar import Calendar, Meeting
from solver.schema.options import Rebooking


@dataclass(frozen=True)
class At:
    """A meeting of the calendar that counts, as far as whoever looks may see it."""

    view: TeamView
    standing: Standing
    seen: Calendar
    meeting: Meeting
    sentences: Sentences

    @property
    def path(self) -> str:
        """Where its page is."""
        return meeting_path(self.view.path, self.meeting.id)

    @property
    def title(self) -> str:
        """``Core group 3, plan-12``."""
        return meeting_words(self.meeting)

    @property
    def place(self) -> Place:
        """As the API has it."""
        return Place(self.standing, self.meeting)

    @property
    def past(self) -> bool:
        """Whether it has begun: it stays where it was."""
        return self.meeting.start <= self.view.now.replace(tzinfo=None)

    def ask(self, **more: object) -> Ask:
        """A question to the desk about it. Whoever may move it may also move it from where it was pinned."""
        today = today_of(self.view.here, self.standing, None)
        return Ask(self.meeting.id, today, loosened=True, **more)  # type: ignore[arg-type]

    def options(self, ask: Ask) -> Rebooking:
        """What the desk says, as far as whoever looks may see it.

        Raises
        ------
        Problem
        """
        document = options(self.view.here, self.place, ask)
        found = Rebooking.model_validate_json(document)
        return rebooking_seen(self.view.who, self.standing.caseload, self.standing.calendar, found)


def at_meeting(view: TeamView, meeting: str) -> At:
    """Find a meeting.

    Raises
    ------
    Problem
        404
    """
    if view.standing is None or view.seen is None:
        raise not_found()
    found = next((one for one in view.seen.meetings if one.id == meeting), None)
    if found is None:
        raise not_found()
    return At(view, view.standing, view.seen, found, Sentences(view.standing.caseload))


def look(at: At) -> bytes:
    """Note that somebody looked at a meeting; returns the authority's key for what people are sent."""
    view = at.view
    with view.here.store.writing() as session:
        scoped = Scoped(session, view.who)
        audit.record(scoped, "meeting.read", at.meeting.id, at=view.here.now(), team=view.id)
        tenant = scoped.one(Tenant, Tenant.id == view.who.tenant)
    assert tenant is not None, "whoever signs in is of a tenant"
    return tenant.key


__all__ = ["At", "at_meeting", "look"]
