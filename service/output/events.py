"""From what a recipient may see of a meeting to the event that a calendar file holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from calendars.components import Event
from service.output.render import MeetingView
from service.output.wording import description


def event_of(view: MeetingView, *, company: bool = True) -> Event:
    """The event of a published file or a feed.

    Parameters
    ----------
    view
        Of its recipient.
    company
        Whether to say who else comes, as far as the view does.
    """
    return Event(
        uid=view.uid,
        sequence=view.sequence,
        stamp=view.stamp,
        start=view.start,
        end=view.end,
        summary=view.summary,
        organiser=view.organiser,
        location=view.location,
        description="\n".join(description(view, company=company)),
        status="TENTATIVE" if view.provisional else "CONFIRMED",
    )


def sent_event(view: MeetingView, *, sequence: int, stamp: datetime) -> Event:
    """The event of an invite, which has a sequence and a stamp of its own."""
    return replace(event_of(view), sequence=sequence, stamp=stamp)


__all__ = ["event_of", "sent_event"]
