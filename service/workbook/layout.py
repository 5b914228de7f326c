"""The sheets of a workbook, in their order: what each is about, and its columns."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from service.workbook.columns import Column, column
from service.workbook.forms import (
    NONE,
    Fields,
    Hours,
    Items,
    Keyed,
    Policy,
    SchoolDays,
    Texts,
    Travel,
    Wishes,
)
from service.workbook.shared import (
    NUMBER,
    OF_BOOKED,
    OF_PERSON,
    OF_PLAN,
    OF_SCHOOL,
    OF_VENUE,
    PERSON,
    PLAN,
    SCHOOL,
    SITE,
    VENUE,
    busy_columns,
    day_column,
    made_sheet,
    mark,
    own_column,
    start_end,
)
from service.workbook.sheet import Sheet
from solver.schema.base import DateRange
from solver.schema.caseload import (
    BookedAttendee,
    BookedMeeting,
    Caseload,
    Child,
    Concern,
    DaySpan,
    HeldMeeting,
    Participant,
    Person,
    Plan,
    School,
    Site,
    Team,
    TimeWindow,
    Venue,
    VenueWishes,
)


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return every sheet, in the order in which the workbook has them."""
    return (*_frame(), *_people(), *_places(), *_plans(), *_meetings(), *_policy())


def _frame() -> tuple[Sheet, ...]:
    kinds = column(BookedMeeting, "kind", "core_group")
    return (
        made_sheet(
            "Team",
            "One row: the team, its mailbox, the policy, and the half-year to plan.",
            Fields(),
            column(Caseload, "id", "oak-2026", "A short id for this caseload.", heading="Caseload ID"),
            column(Caseload, "team.id", "oak", "A short id for the team."),
            column(Caseload, "team.name", "Oak Team", "The team's name, as people know it."),
            column(Caseload, "team.organiser.name", "Oak Team meetings", "The name on the team's mailbox."),
            column(Caseload, "team.organiser.email", "oak@council.example", "The team's monitored mailbox: invites "
                   "come from it, and answers go to it."),
            column(Caseload, "authority", "wandsworth", "The policy: barnsley, carefirst, sefton, south-west or "
                   "wandsworth. Empty only where the sheet Policy writes one out.", needed=False),
            column(Caseload, "nation", "ENG", "The nation whose law and bank holidays apply."),
            column(Caseload, "horizon.start", "2026-12-01", "The first date to plan.", heading="First day"),
            column(Caseload, "horizon.end", "2027-05-31", "The last date to plan; six months is usual.",
                   heading="Last day"),
            column(Caseload, "timezone", "Europe/London", "The time zone of every time in the workbook. Empty: "
                   "Europe/London."),
            column(Caseload, "grid_minutes", 15, "Meetings start on these minutes of the hour. Empty: 15."),
        ),
        made_sheet(
            "Team intervals",
            "Only where the team holds a kind of meeting more often than the policy asks.",
            Keyed("team", "every_at_most"),
            replace(own_column("key", "Kind", kinds, "The kind of meeting.", kinds.words), example="core_group"),
            mark(column(Plan, "every_at_most", ""), "value", "Every at most",
                  column(Team, "every_at_most", "").note, "21 days"),
        ),
        made_sheet(
            "Closed days",
            "Days on which nobody meets, beside weekends and bank holidays.",
            Texts("closures"),
            mark(column(Plan, "ends", ""), "value", "Date", "A day on which the council is closed.", "2026-12-24"),
        ),
    )  # fmt: skip


def _people() -> tuple[Sheet, ...]:
    return (
        made_sheet(
            "People",
            "Everybody who may be asked to a meeting: professionals, parents, carers, advocates, interpreters.",
            Items("people"),
            PERSON,
            column(Person, "name", "Testworker Alder", "The name that people know. Never shown to other families."),
            column(Person, "role", "social_worker", "What they are; the policy says who has to come by it. The list is "
                   "in the drop-down."),
            column(Person, "agency", "Example Council", "Who they work for. A deputy is of the same agency."),
            column(Person, "email", "sw-1@council.example", "Where their invites go. Empty: they get a letter."),
            column(Person, "site", "town-hall", refers="Sites"),
            column(Person, "line_manager", "tm-1", refers="People"),
            column(Person, "notice_working_days", 2),
            column(Person, "remote", True),
            column(Person, "max_meetings_per_day", 3, "The most meetings they can have in a day. Empty: any number."),
        ),
        made_sheet(
            "Other mailboxes",
            "Further addresses from which somebody answers invites.",
            Texts("aliases"),
            mark(column(Person, "email", ""), "value", "Email", column(Person, "aliases", "").note,
                  "sw-1@old.example"),
            of=OF_PERSON,
        ),
        made_sheet(
            "Hours",
            "Working hours, a row a stretch. Nobody's rows: 09:00 to 17:00 Monday to Friday for professionals, any time for "
            "family. With rows, a day without one is not available.",
            Hours(),
            day_column(f"The weekday. {NONE}: available on no day at all.", NONE),
            *start_end("a stretch", needed=False),
            of=OF_PERSON,
        ),
        made_sheet("Busy", "When somebody can't come: leave, courts, clinics.", Items("busy"), *busy_columns(), of=OF_PERSON),
        made_sheet(
            "Deputies",
            "Who may stand in for whom, best first.",
            Texts("deputies"),
            mark(PERSON, "value", "Deputy", "A colleague of the same agency.", "sw-2", "People"),
            of=OF_PERSON,
        ),
    )  # fmt: skip


def _places() -> tuple[Sheet, ...]:
    return (
        made_sheet(
            "Schools",
            "The children's schools. Their terms and closed days follow in sheets of their own.",
            Items("schools", lists=("terms",)),
            SCHOOL,
            column(School, "name", "Example Primary", "The school's name."),
            column(School, "site", "school-site-1", "Where it is.", refers="Sites"),
            replace(column(DaySpan, "start", "08:45", "When the school's day begins. Empty where it differs by weekday: "
                           "then fill in School days."), key="day.start", heading="Day start", needed=False),
            replace(column(DaySpan, "end", "15:15", "When the school's day ends. Empty where it differs by weekday."),
                    key="day.end", heading="Day end", needed=False),
        ),
        made_sheet(
            "School days",
            "Only for schools whose day differs by weekday.",
            SchoolDays(),
            day_column(f"The weekday. {NONE}: no day at all.", NONE),
            *start_end("the school's day", needed=False),
            of=OF_SCHOOL,
        ),
        made_sheet(
            "Terms",
            "The schools' terms: the half-year to plan has to be covered.",
            Items("terms"),
            column(DateRange, "start", "2027-01-05", "The first day of the term."),
            column(DateRange, "end", "2027-03-26", "The last day of the term."),
            of=OF_SCHOOL,
        ),
        made_sheet(
            "School closed days",
            "Days within a term without pupils.",
            Texts("closed"),
            mark(column(Plan, "ends", ""), "value", "Date", column(School, "closed", "").note, "2027-02-15"),
            of=OF_SCHOOL,
        ),
        made_sheet(
            "Sites",
            "Places that people travel to.",
            Items("sites"),
            SITE,
            column(Site, "name", "Town Hall", "The name that people know."),
            column(Site, "travel_minutes", 15),
        ),
        made_sheet(
            "Travel",
            "Only where the way between two sites is known better than by the allowances of the two.",
            Travel(),
            mark(SITE, "from", "From", "Where the way begins.", "town-hall", "Sites"),
            replace(mark(SITE, "to", "To", "Where it ends.", "health-centre", "Sites"), needed=False),
            replace(column(Site, "travel_minutes", 20, "How long it takes, in minutes."), key="minutes",
                    heading="Minutes"),
        ),
        made_sheet(
            "Venues",
            "Rooms, homes, and virtual rooms.",
            Items("venues"),
            VENUE,
            column(Venue, "name", "Room 1", "The name that people know. A home's is never told."),
            column(Venue, "kind", "office", "What it is."),
            column(Venue, "site", "town-hall", "Where it is.", refers="Sites"),
            column(Venue, "address", "1 Example Street", "For those who don't know the way."),
            column(Venue, "email", "room-1@council.example"),
            column(Venue, "capacity", 8),
            column(Venue, "features", "step_free; private; hybrid", "What the room has: step_free, hearing_loop, private, "
                   "hybrid, parking, ground_floor, breastfeeding, quiet, changing_place, or any other word."),
            column(Venue, "confidential", False, "Whether where it is must not be told."),
        ),
        made_sheet(
            "Venue hours",
            "When a room is open, a row a stretch. No rows: whenever people can meet.",
            Hours(),
            day_column(f"The weekday. {NONE}: open on no day at all.", NONE),
            *start_end("a stretch", needed=False),
            of=OF_VENUE,
        ),
        made_sheet("Venue busy", "When a room is taken by somebody else.", Items("busy"), *busy_columns(), of=OF_VENUE),
    )  # fmt: skip


def _plans() -> tuple[Sheet, ...]:
    def event(name: str, example: str, note: str = "") -> Column:
        heading = name.replace("_", " ").capitalize()
        return column(Plan, f"events.{name}", example, note, heading=heading)

    venues = column(VenueWishes, "kinds", "").words
    return (
        made_sheet(
            "Plans",
            "A row an open plan. Children, events and those who come follow in sheets of their own.",
            Items("plans", lists=("children",)),
            PLAN,
            column(Plan, "type", "child_protection", "What plan it is."),
            column(Plan, "sibling_group", "family-1", "The same word for the plans of siblings that are met about "
                   "together."),
            column(Plan, "ends", "2027-03-31"),
            column(Plan, "complex", False, "Whether the manager comes."),
            column(Plan, "every_at_most", "21 days", "The plan's own tighter interval."),
            column(Plan, "minutes", 60, "How long its meetings last. Empty: 60."),
            column(Plan, "schedule_review", False),
            column(Plan, "review_minutes", 90),
            column(Plan, "family_sees_roles", False),
            column(Plan, "split.reason", "Parents must not meet", "Only where every meeting is held in two sittings: why, "
                   "without names.", needed=False),
            column(Plan, "handover.date", "2027-02-01", "Only where the plan goes to another worker: from when on that "
                   "worker is invited.", needed=False),
            column(Plan, "handover.person", "sw-3", "Who that is.", refers="People", needed=False),
        ),
        made_sheet(
            "Events",
            "A row a plan: what has happened, from which the due dates are counted.",
            Fields(),
            event("initial_conference", "2026-11-20", "The day of the initial child protection conference."),
            event("strategy_discussion", "2026-11-02", "The day of the strategy discussion."),
            event("assessment_due", "2026-12-14", "By when the assessment is due."),
            event("plan_start", "2026-11-20", "The day the plan began."),
            event("last_meeting", "2026-11-24"),
            event("held", ""),
            event("became_looked_after", "2026-11-20", "The day the child became looked after."),
            event("last_review", "2026-11-20", "The day of the last review."),
            event("birth", "2027-01-20"),
            event("inquorate", "2026-11-26"),
            of=OF_PLAN,
        ),
        made_sheet(
            "Reviews",
            "Review conferences or looked-after reviews whose dates are fixed, a row each.",
            Texts("events", "reviews"),
            mark(column(Plan, "ends", ""), "value", "Date", "The day of the review.", "2027-02-19"),
            of=OF_PLAN,
        ),
        made_sheet(
            "Other events",
            "Only where the authority's policy counts from events of its own.",
            Keyed("events", "other"),
            mark(PLAN, "key", "Event", "What the policy calls it, without \"other:\".", "family_meeting"),
            mark(column(Plan, "ends", ""), "value", "Date", "The day of the event.", "2026-11-30"),
            of=OF_PLAN,
        ),
        made_sheet(
            "Children",
            "A row a child of a plan; every plan has at least one.",
            Items("children"),
            column(Child, "id", "child-1", "A short id for the child."),
            column(Child, "initials", "A.B.", "Never a name."),
            column(Child, "date_of_birth", "2016-05-04", "For what the policy says by age."),
            column(Child, "school", "school-1", "Where the child is on roll: meetings the child comes to are outside its "
                   "hours.", refers="Schools"),
            column(Child, "attends", "if_possible", "Whether the child comes. Empty: no."),
            column(Child, "educated_elsewhere", False, "Whether a child of school age is on no school's roll."),
            column(Child, "sitting", "A"),
            of=OF_PLAN,
        ),
        made_sheet(
            "Participants",
            "Who comes to a plan's meetings, a row a person and plan.",
            Items("participants"),
            column(Participant, "person", "sw-1", "Who.", refers="People"),
            column(Participant, "level", "essential"),
            column(Participant, "remote", "if_needed"),
            column(Participant, "from", "2026-12-01", "From which day on. Empty: from the beginning."),
            column(Participant, "until", "2027-03-31", "Until which day. Empty: to the end."),
            column(Participant, "sitting", "A", "Of a split meeting. Empty: both."),
            column(Participant, "chairs", False, "Whether this is who chairs."),
            column(Participant, "meetings", "core_group; review_conference"),
            of=OF_PLAN,
        ),
        made_sheet(
            "Venue wishes",
            "What the family needs and wants of a room, a row a wish.",
            Wishes("venue", {name: Texts(name) for name in ("needs", "kinds", "only", "never", "prefer")}),
            own_column("wish", "Wish", replace(column(Plan, "every_at_most", "prefer")), "needs: a feature the room must have; "
                 "kinds: a kind of room that will do; only, never, prefer: a venue's id.",
                 ("needs", "kinds", "only", "never", "prefer")),
            mark(column(Plan, "every_at_most", ""), "value", "What", "The feature, the kind "
                  f"({', '.join(venues)}), or the venue's id.", "room-1"),
            of=OF_PLAN,
        ),
        made_sheet(
            "Time wishes",
            "Times that the family prefers, and times that are never possible.",
            Wishes("times", {name: Items(name) for name in ("prefer", "never")}),
            own_column("wish", "Wish", replace(column(Plan, "every_at_most", "never")), "Whether these times are preferred, or "
                 "never possible.", ("prefer", "never")),
            column(TimeWindow, "days", "mon; wed", "The weekdays. Empty: Monday to Friday."),
            column(TimeWindow, "start", "09:00", "From when."),
            column(TimeWindow, "end", "10:30", "Until when."),
            of=OF_PLAN,
        ),
        made_sheet(
            "Concerns",
            "Disagreements and concerns for which a clock runs until they are settled.",
            Items("concerns"),
            column(Concern, "id", "concern-1", "A short id for the concern."),
            column(Concern, "kind", "disagreement", "What it is."),
            column(Concern, "raised", "2026-11-23", "The day it was raised."),
            column(Concern, "about", "Threshold for ending the plan"),
            column(Concern, "settle_by", "2026-12-07"),
            column(Concern, "settled", "2026-12-04"),
            of=OF_PLAN,
        ),
    )  # fmt: skip


def _meetings() -> tuple[Sheet, ...]:
    return (
        made_sheet(
            "Booked",
            "Meetings that already stand.",
            Items("booked"),
            NUMBER,
            column(
                BookedMeeting,
                "id",
                "plan-1.core_group.2",
                "Its id, where it comes from a calendar of Convene.",
            ),
            column(BookedMeeting, "series", "plan-1.core_group", "Its series, likewise."),
            column(BookedMeeting, "kind", "core_group", "What meeting it is. Empty: the policy says."),
            column(BookedMeeting, "plans", "plan-1; plan-2", "The plans it is about."),
            column(BookedMeeting, "start", "2026-12-08T10:00", "When it begins."),
            column(
                BookedMeeting, "end", "2026-12-08T11:00", "When it ends. Empty: after the plan's minutes."
            ),
            column(BookedMeeting, "venue", "room-1", "Where.", refers="Venues"),
            column(BookedMeeting, "pinned", True, "Whether it must not be moved. Empty: no."),
            column(BookedMeeting, "chair", "tm-1", refers="People"),
            column(BookedMeeting, "minutes", "bs-1", refers="People"),
        ),
        made_sheet(
            "Booked attendees",
            "Who has been asked to a booked meeting.",
            Items("attendees"),
            column(BookedAttendee, "person", "sw-1", "Who: a person's id, or a child's."),
            column(BookedAttendee, "sitting", "A", "Of a split meeting. Empty: both."),
            of=OF_BOOKED,
        ),
        made_sheet(
            "Held",
            "Meetings that were held, for the figures of the past alone.",
            Items("held"),
            column(HeldMeeting, "plans", "plan-1", "The plans it was about."),
            column(HeldMeeting, "kind", "core_group"),
            column(HeldMeeting, "start", "2026-10-06T10:00", "When it began."),
            column(HeldMeeting, "end", "2026-10-06T11:00", "When it ended."),
            column(HeldMeeting, "due", "2026-10-09"),
            column(HeldMeeting, "attended", "sw-1; mum-1"),
            column(HeldMeeting, "invited", "2026-09-21"),
            column(HeldMeeting, "minutes_sent", "2026-10-08", "The day on which the minutes went out."),
        ),
    )


def _policy() -> tuple[Sheet, ...]:
    text = column(Plan, "every_at_most", "")
    return (
        made_sheet(
            "Policy",
            "Only where the sheet Team names no policy: one written out, a row a value.",
            Policy(),
            mark(text, "place", "Place", "Where in the policy, such as rules[0].kind.", "rules[0].kind"),
            replace(mark(text, "value", "Value", "As JSON: a text in double quotes, a number, true, false or null.",
                          '"core_group"'), kind="value"),
        ),
    )  # fmt: skip
