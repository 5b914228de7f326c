"""The tables. What belongs to an authority has its tenant; what belongs to a team has the team as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.store.types import Document, Moment, new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can change it."""
_Serial = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        dict[str, Any]: JSON,
        list[str]: JSON,
        str: Text,
    }


class Tenant(Base):
    """An authority."""

    __tablename__ = "tenant"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    created: Mapped[datetime]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    """Secret of the UIDs and references of its invites (see ``service.output.identity``)."""


class Team(Base):
    """A team, by the id that its caseloads give it."""

    __tablename__ = "team"
    tenant: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    name: Mapped[str]
    created: Mapped[datetime]


class _OfTeam:
    """What belongs to a team."""

    tenant: Mapped[str] = mapped_column(String(64))
    team: Mapped[str] = mapped_column(String(128))


def _team_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant", "team"], ["team.tenant", "team.id"])


class CaseloadVersion(_OfTeam, Base):
    """A caseload as it was given, or as changed facts made it. Never changed."""

    __tablename__ = "caseload_version"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    caseload: Mapped[str] = mapped_column(String(128))
    """The document's own id."""
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    plans: Mapped[int]
    document: Mapped[bytes] = mapped_column(Document)
    created: Mapped[datetime]
    created_by: Mapped[str]
    __table_args__ = (_team_key(), UniqueConstraint("tenant", "team", "caseload", "version"))


class CalendarEntry(_OfTeam, Base):
    """A calendar in the making, or made: what `/v1/calendars` names. Its revisions are in `Revision`."""

    __tablename__ = "calendar"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(String(16))
    caseload_version: Mapped[str] = mapped_column(ForeignKey("caseload_version.id"))
    """The one it was asked for; a revision names its own."""
    options: Mapped[dict[str, Any]]
    """Seconds, seed, rounds: as it was asked for."""
    revision: Mapped[int] = mapped_column(default=0)
    """The latest; 0 before there is one."""
    published: Mapped[int] = mapped_column(default=0)
    """The revision whose invites were queued last; 0: none."""
    stop_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the search: best cost by level, bound, gap, breaches, seconds."""
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Why it failed, as a problem document."""
    created: Mapped[datetime]
    created_by: Mapped[str]
    finished: Mapped[datetime | None]
    __table_args__ = (
        _team_key(),
        Index("ix_calendar_listing", "tenant", "team", "created", "id"),
        CheckConstraint(
            "state in ('queued','preparing','solving','completed','stopped','infeasible','failed','invalid')",
            name="state",
        ),
    )


class Revision(Base):
    """A calendar document. Never changed but for the answers of those invited; every revision is kept."""

    __tablename__ = "revision"
    calendar: Mapped[str] = mapped_column(ForeignKey("calendar.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    caseload_version: Mapped[str] = mapped_column(ForeignKey("caseload_version.id"))
    document: Mapped[bytes] = mapped_column(Document)
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What operators are told of it (`service.store.calendars.counts_of`); ``None`` if an earlier version of Convene made it."""
    reason: Mapped[str] = mapped_column(String(32))
    """``planned``, ``moved``, ``rebooked``, ``undone`` …"""
    created: Mapped[datetime]
    created_by: Mapped[str]


class Incumbent(Base):
    """The best calendar that a search has found so far, checked: what is left of it if it is broken off."""

    __tablename__ = "incumbent"
    calendar: Mapped[str] = mapped_column(ForeignKey("calendar.id"), primary_key=True)
    cost: Mapped[int]
    document: Mapped[bytes] = mapped_column(Document)
    created: Mapped[datetime]


class Rebooking(_OfTeam, Base):
    """Ranked options for a meeting, kept until one is accepted or the calendar moves on."""

    __tablename__ = "rebooking"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    calendar: Mapped[str] = mapped_column(ForeignKey("calendar.id"))
    revision: Mapped[int]
    meeting: Mapped[str]
    request: Mapped[dict[str, Any]]
    document: Mapped[bytes] = mapped_column(Document)
    """The options."""
    accepted: Mapped[int | None]
    created: Mapped[datetime]
    created_by: Mapped[str]
    __table_args__ = (_team_key(),)


class Job(_OfTeam, Base):
    """Work for a worker: a lease, heartbeats, a bounded number of attempts."""

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(32))
    """``plan``, ``stress``, ``send``, ``webhooks`` …"""
    subject: Mapped[str] = mapped_column(String(128))
    """What it is about: a calendar's id, or a team's."""
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(16))
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    most_attempts: Mapped[int] = mapped_column(default=3)
    worker: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    lease: Mapped[int] = mapped_column(default=0)
    """Up at every lease: a worker whose lease has passed to another one finds it changed, and writes nothing any more."""
    beats: Mapped[int] = mapped_column(default=0)
    """Up at every heartbeat: who waits for a lease to expire watches it stand still, and trusts nobody's clock."""
    detail: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime]
    finished: Mapped[datetime | None]
    __table_args__ = (
        _team_key(),
        Index("ix_job_due", "state", "not_before", "created"),
        CheckConstraint("state in ('queued','leased','done','failed','cancelled')", name="state"),
    )


class Event(Base):
    """What happened to a calendar in the making, for those who watch it (server-sent events)."""

    __tablename__ = "event"
    calendar: Mapped[str] = mapped_column(ForeignKey("calendar.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Message(_OfTeam, Base):
    """The outbox: one REQUEST or CANCEL to one recipient, as ``service.delivery.issued`` knows it."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(_Serial, primary_key=True, autoincrement=True)
    calendar: Mapped[str] = mapped_column(ForeignKey("calendar.id"))
    revision: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(160))
    uid: Mapped[str] = mapped_column(String(64))
    meeting: Mapped[str]
    reference: Mapped[str] = mapped_column(String(32))
    address: Mapped[str]
    method: Mapped[str] = mapped_column(String(8))
    sequence: Mapped[int]
    stamp: Mapped[datetime]
    start: Mapped[str] = mapped_column(String(32))
    """Local wall time, ISO 8601."""
    end: Mapped[str] = mapped_column(String(32))
    place: Mapped[str]
    notes: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    __table_args__ = (
        _team_key(),
        UniqueConstraint("tenant", "team", "recipient", "uid", "sequence"),
        Index("ix_message_state", "tenant", "team", "state"),
        Index("ix_message_uid", "tenant", "uid"),
    )


class FeedToken(_OfTeam, Base):
    """Who may read whose feed; only a hash of the token is kept."""

    __tablename__ = "feed_token"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(8))
    """``person``, ``team`` or ``venue``."""
    subject: Mapped[str] = mapped_column(String(160))
    created: Mapped[datetime]
    created_by: Mapped[str]
    revoked: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    __table_args__ = (_team_key(),)


class TaskMark(_OfTeam, Base):
    """A task that somebody has marked as done. Tasks keep their ids from revision to revision, and so do the marks."""

    __tablename__ = "task_mark"
    tenant: Mapped[str] = mapped_column(String(64), primary_key=True)
    team: Mapped[str] = mapped_column(String(128), primary_key=True)
    task: Mapped[str] = mapped_column(primary_key=True)
    caseload: Mapped[str] = mapped_column(String(128))
    """Id of the caseload document that it was marked under: erased with it."""
    at: Mapped[datetime]
    account: Mapped[str] = mapped_column(String(64))
    """Whose mark it is."""
    made_for: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it was about then (`service.store.task_basis`)."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The mark that this one took the place of, because what it was about had changed."""
    __table_args__ = (_team_key(),)


class StressResult(Base):
    """What became of a revision of a calendar when it was tried out: the last one of each calendar is kept."""

    __tablename__ = "stress_result"
    calendar: Mapped[str] = mapped_column(String(32), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[bytes] = mapped_column(Document)
    """As `solver.schema.stress` writes it."""
    created: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["calendar", "revision"], ["revision.calendar", "revision.number"]),
    )


class Account(Base):
    """Somebody or something that signs in: a person by OpenID Connect or the development login, or a program by key."""

    __tablename__ = "account"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    tenant: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    subject: Mapped[str] = mapped_column(String(255))
    """Whom the identity provider means, or a program's name."""
    role: Mapped[str] = mapped_column(String(16))
    teams: Mapped[list[str]]
    """Their teams; empty: none. An auditor and an integrator may have ``*``."""
    person: Mapped[str | None] = mapped_column(String(128))
    """Who they are in the caseloads: a worker sees the plans they take part in."""
    disabled: Mapped[datetime | None]
    created: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("tenant", "subject"),
        CheckConstraint("role in ('manager','worker','support','integrator','auditor','admin')", name="role"),
    )


class ApiKey(Base):
    """A key of an account; only a hash of its secret is kept."""

    __tablename__ = "api_key"
    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    account: Mapped[str] = mapped_column(ForeignKey("account.id"))
    scopes: Mapped[list[str]]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]
    last_used: Mapped[datetime | None]


class WebSession(Base):
    """A browser that has signed in; only a hash of its cookie is kept."""

    __tablename__ = "web_session"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime]
    expires: Mapped[datetime]


class Idempotency(Base):
    """The answer to a request that may come again with the same key."""

    __tablename__ = "idempotency"
    tenant: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body."""
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime]


class Audit(Base):
    """Who did what when; append-only, each entry sealed with the one before."""

    __tablename__ = "audit"
    tenant: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account: Mapped[str] = mapped_column(String(64))
    """Its id, or ``system``."""
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(64))
    team: Mapped[str | None] = mapped_column(String(128))
    subject: Mapped[str]
    """Ids, never names."""
    request: Mapped[str] = mapped_column(String(64))
    before: Mapped[str | None]
    after: Mapped[str | None]
    """What changed, by digest or revision."""
    seal: Mapped[str] = mapped_column(String(64))
    """HMAC-SHA256, under the tenant's key, of this entry and the seal before."""
    __table_args__ = (Index("ix_audit_team", "tenant", "team", "number"),)


class Chain(Base):
    """The end of a tenant's audit log: the row that writers take turns at."""

    __tablename__ = "audit_chain"
    tenant: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    number: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))


class Webhook(Base):
    """Where a case system wants to be told."""

    __tablename__ = "webhook"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    tenant: Mapped[str] = mapped_column(ForeignKey("tenant.id"))
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[list[str]]
    created: Mapped[datetime]
    created_by: Mapped[str]
    disabled: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One thing to tell one webhook: at least once, in order of time as far as the receiver answers."""

    __tablename__ = "webhook_delivery"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    event: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime]
    took: Mapped[float | None] = mapped_column(Float)
    __table_args__ = (Index("ix_webhook_delivery_due", "state", "next_attempt"),)
