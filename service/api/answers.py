"""Where the answers of a request go: into the calendar that counts, of the team they are for."""

from __future__ import annotations

from fastapi import Request

from service.access.authentication import Identity
from service.api.context import Context, not_found
from service.api.problems import Problem
from service.api.replies import Conflict, ReplyStore, Standing
from service.store import audit, calendars, webhooks
from service.store.messages import Outbox
from service.store.scope import Principal, Scoped
from service.store.tables import CalendarEntry, Tenant
from solver.schema.calendar import Calendar


class StoredAnswers:
    """One team's calendar for answers. See `service.api.replies.ReplyStore`."""

    def __init__(self, here: Context, who: Principal, team: str) -> None:
        self._here, self._who, self._team = here, who, team

    def standing(self) -> Standing | None:
        """What answers go into; ``None`` where nothing is published."""
        with self._here.store.reading() as session:
            scoped = Scoped(session, self._who)
            entry = _published(scoped, self._team)
            found = None if entry is None else self._here.documents.standing(scoped, entry)
            tenant = scoped.one(Tenant, Tenant.id == self._who.tenant)
            if found is None or tenant is None:
                return None
            return Standing(found.caseload, found.calendar, Outbox(scoped, self._team).issued(), tenant.key)

    def store(self, before: Calendar, after: Calendar) -> None:
        """Put the calendar with the answers in the place of the one without.

        Raises
        ------
        Conflict
            If that isn't what stands any more.
        """
        here = self._here
        with here.store.writing() as session:
            scoped = Scoped(session, self._who)
            entry = _published(scoped, self._team)
            entry = entry and calendars.find(scoped, entry.id, lock=True)
            found = None if entry is None else here.documents.standing(scoped, entry)
            if found is None or found.calendar != before:
                raise Conflict
            calendars.replace_document(found.revision, after)
            told = {"calendar": found.entry.id, "revision": found.revision.number}
            audit.record(
                scoped,
                "reply.write",
                found.entry.id,
                at=here.now(),
                team=self._team,
                after=str(found.revision.number),
            )
            webhooks.announce(scoped, "replies.taken", self._team, told, at=here.now())
            for one in after.rebookings:
                if one not in before.rebookings:
                    more = {"meeting": one.meeting, "because": one.because}
                    webhooks.announce(scoped, "rebooking.opened", self._team, told | more, at=here.now())
            calendars.add_event(
                scoped, found.entry, "answers", {"revision": found.revision.number}, at=here.now()
            )


def answers_of(here: Context, request: Request) -> ReplyStore:
    """The team that a request's answers are for: the one it names, or the caller's only one.

    Raises
    ------
    Problem
        404 for a team that isn't theirs, 422 where they have several.
    """
    identity: Identity = request.scope["state"]["identity"]
    who = identity.principal
    team = request.query_params.get("team")
    with here.store.reading() as session:
        published = [entry.team for entry in calendars.current(Scoped(session, who), team) if entry.published]
    if len(published) > 1:
        raise Problem(
            "urn:convene:problem:which-team", "Which team", 422, "Say which team the answers are for: ?team=."
        )
    if not published:
        raise not_found()
    return StoredAnswers(here, who, published[0])


def _published(scoped: Scoped, team: str) -> CalendarEntry | None:
    return next((entry for entry in calendars.current(scoped, team) if entry.published), None)


__all__ = ["StoredAnswers", "answers_of"]
