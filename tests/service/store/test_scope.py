"""Who sees which rows: every role, every table, own and foreign data; and nobody writes into another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from stores import NOON, ROLES, Office, add_office

from service.store import tables
from service.store.engine import Store
from service.store.scope import ALL_TEAMS, Principal, Scoped, system
from service.store.tables import Base

TENANTS = ("north", "south")
TEAMS = ("t", "u")
PRINCIPALS = (*ROLES, "system", "stranger")
OF_TEAM = {
    "caseload_version", "calendar", "revision", "incumbent", "event", "rebooking", "job", "message", "feed_token", "team",
    "audit", "task_mark", "stress_result",
}  # fmt: skip
OF_TENANT = {
    "tenant", "account", "api_key", "web_session", "webhook", "webhook_delivery", "idempotency",
}  # fmt: skip
OF_NOBODY = {"audit_chain"}


def rows_of(tenant: str, team: str) -> Iterator[Base]:
    """A row of each table that belongs to a team; its id says whose it is."""
    name = f"{tenant}-{team}"
    own = {"tenant": tenant, "team": team}
    made = {"created": NOON, "created_by": "x"}
    yield tables.CaseloadVersion(
        id=name, caseload=name, version=1, digest="0" * 64, plans=1, document=b"{}", **own, **made
    )
    yield tables.CalendarEntry(
        id=name, state="queued", caseload_version=name, options={}, problem=None, finished=None, **own, **made
    )
    yield tables.Revision(
        calendar=name, number=1, caseload_version=name, document=b"{}", reason="planned", **made
    )
    yield tables.StressResult(calendar=name, revision=1, document=b"{}", created=NOON)
    yield tables.Incumbent(calendar=name, cost=1, document=b"{}", created=NOON)
    yield tables.Event(calendar=name, number=1, kind="state", data={}, at=NOON)
    yield tables.Rebooking(
        id=name,
        calendar=name,
        revision=1,
        meeting="m",
        request={},
        document=b"{}",
        accepted=None,
        **own,
        **made,
    )
    yield tables.Job(
        id=name, kind="plan", subject=name, state="queued", not_before=NOON, worker=None, leased_until=None, created=NOON,
        finished=None, **own,
    )  # fmt: skip
    yield tables.Message(
        calendar=name, revision=1, recipient=name, uid=name, meeting="m", reference="R", address="a@people.example",
        method="REQUEST", sequence=0, stamp=NOON, start="2027-01-04T09:00", end="2027-01-04T10:00", place="", notes="",
        state="due", content=None, **own,
    )  # fmt: skip
    yield tables.FeedToken(
        hash=name, subject_kind="team", subject=team, revoked=None, last_used=None, **own, **made
    )
    yield tables.TaskMark(task=name, caseload=name, at=NOON, account="x", **own)
    yield tables.Audit(
        tenant=tenant, team=team, number=1 + TEAMS.index(team), at=NOON, account="x", role="system", action="a", subject=name,
        request="", before=None, after=None, seal="",
    )  # fmt: skip


def rows_of_tenant(tenant: str, office: Office) -> Iterator[Base]:
    """A row of each further table that belongs to an authority."""
    manager = office.accounts["manager"]
    yield tables.ApiKey(
        prefix=tenant,
        hash="h",
        account=manager,
        scopes=[],
        created=NOON,
        expires=None,
        revoked=None,
        last_used=None,
    )
    yield tables.WebSession(hash=tenant, account=manager, csrf="c", created=NOON, expires=NOON)
    yield tables.Idempotency(
        tenant=tenant, account=manager, key="k", request="r", status=200, headers={}, body=b"", created=NOON
    )
    yield tables.Webhook(
        id=tenant, tenant=tenant, url="https://case.example", secret="s", events=[], disabled=None, created=NOON,
        created_by="x",
    )  # fmt: skip
    yield tables.WebhookDelivery(
        id=tenant, webhook=tenant, event="e", body={}, state="due", next_attempt=NOON, created=NOON, took=None
    )
    # Of the whole authority, and of no team.
    yield tables.Audit(
        tenant=tenant, team=None, number=1 + len(TEAMS), at=NOON, account="x", role="system", action="a", subject=tenant,
        request="", before=None, after=None, seal="",
    )  # fmt: skip


@pytest.fixture
def offices(store: Store) -> dict[str, Office]:
    """Two authorities of two teams, with a row of every table for each."""
    made = {tenant: add_office(store, tenant, TEAMS) for tenant in TENANTS}
    with store.writing() as session:
        for tenant, office in made.items():
            rows = [
                *rows_of_tenant(tenant, office),
                *(row for team in TEAMS for row in rows_of(tenant, team)),
            ]
            for row in rows:
                session.add(row)
                session.flush()
    return made


def principal_of(offices: dict[str, Office], who: str) -> Principal:
    if who == "system":
        return system("north")
    if who == "stranger":  # of an authority that there isn't
        return replace(offices["north"].principal("manager"), tenant="elsewhere")
    return offices["north"].principal(who)  # type: ignore[arg-type]


def seen(store: Store, principal: Principal, table: type[Base]) -> int:
    with store.reading() as session:
        scoped = Scoped(session, principal)
        return session.scalar(scoped.select(table).with_only_columns(func.count())) or 0


def expected(store: Store, principal: Principal, table: type[Base]) -> int:
    """Worked out from the rows themselves, one at a time."""
    name = table.__tablename__
    with store.reading() as session:
        rows = list(session.scalars(select(table)))
        if name in OF_NOBODY:
            return 0
        count = 0
        for row in rows:
            tenant, team = whose(row)
            if tenant == principal.tenant:
                everything = principal.role == "system" or ALL_TEAMS in principal.teams
                count += name in OF_TENANT or everything or team in principal.teams
        return count


def whose(row: Base) -> tuple[str, str | None]:
    """Tenant and team, from the names that the rows were given."""
    match row:
        case tables.Team():
            return row.tenant, row.id
        case tables.Revision() | tables.Incumbent() | tables.Event() | tables.StressResult():
            tenant, team = row.calendar.split("-")
            return tenant, team
        case tables.Tenant():
            return row.id, None
        case tables.ApiKey():
            return row.prefix, None
        case tables.WebSession():
            return row.hash, None
        case tables.WebhookDelivery():
            return row.webhook, None
    return row.tenant, getattr(row, "team", None)  # type: ignore[attr-defined]


def test_every_table_is_somebodys() -> None:
    assert set(Base.metadata.tables) == OF_TEAM | OF_TENANT | OF_NOBODY


def test_what_every_role_sees_of_every_table(store: Store, offices: dict[str, Office]) -> None:
    found, wanted = {}, {}
    for who in PRINCIPALS:
        for teams in (frozenset[str](), frozenset({"t"}), frozenset(TEAMS), frozenset({ALL_TEAMS})):
            principal = replace(principal_of(offices, who), teams=teams)
            for mapper in Base.registry.mappers:
                key = (who, tuple(sorted(teams)), mapper.class_.__tablename__)
                found[key] = seen(store, principal, mapper.class_)
                wanted[key] = expected(store, principal, mapper.class_)
    assert found == wanted
    # And the rows are there to be seen or not.
    assert wanted["manager", ("t",), "calendar"] == 1
    assert wanted["manager", ("t", "u"), "calendar"] == wanted["system", (), "calendar"] == 2
    assert wanted["auditor", ("*",), "audit"] == 3
    assert wanted["manager", ("t", "u"), "audit"] == 2
    assert sum(number for (who, _, _), number in wanted.items() if who == "stranger") == 0


def test_one_foreign_row_is_as_if_it_were_not_there(store: Store, offices: dict[str, Office]) -> None:
    with store.reading() as session:
        scoped = Scoped(session, offices["north"].principal("manager"))
        entry = tables.CalendarEntry
        assert scoped.one(entry, entry.id == "north-t") is not None
        for foreign in ("north-u", "south-t", "nobody"):
            assert scoped.one(entry, entry.id == foreign) is None
            assert scoped.one(entry, entry.id == foreign, lock=True) is None


def foreign_rows() -> list[Base]:
    """Of another authority, and of another team; the manager is of north's team t."""
    rows: list[Base] = []
    for name, tenant, team in (("south-t", "south", "t"), ("north-u", "north", "u")):
        own = {"tenant": tenant, "team": team, "created": NOON}
        rows += [
            tables.CaseloadVersion(
                caseload="new", version=1, digest="0", plans=1, document=b"{}", created_by="x", **own
            ),
            tables.Job(
                kind="plan", subject=name, state="queued", not_before=NOON, worker=None, leased_until=None, finished=None,
                **own,
            ),
            tables.Revision(
                calendar=name, number=2, caseload_version=name, document=b"{}", reason="moved", created=NOON, created_by="x"
            ),
            tables.Event(calendar=name, number=2, kind="state", data={}, at=NOON),
        ]  # fmt: skip
    rows += [
        tables.Incumbent(calendar="nobody", cost=1, document=b"{}", created=NOON),
        tables.Team(tenant="north", id="w", name="W", created=NOON),
        tables.WebhookDelivery(webhook="south", event="e", body={}, state="due", next_attempt=NOON, created=NOON, took=None),
    ]  # fmt: skip
    return rows


@pytest.mark.parametrize("number", range(11))
def test_nobody_writes_into_anothers_data(store: Store, offices: dict[str, Office], number: int) -> None:
    row = foreign_rows()[number]
    table = type(row)
    with store.reading() as session:
        before = session.scalar(select(func.count()).select_from(table))
    with pytest.raises(PermissionError), store.writing() as session:
        Scoped(session, offices["north"].principal("manager")).add(row)
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(table)) == before


@pytest.mark.parametrize("who", ["admin", "system"])
def test_teams_are_made_by_those_who_may(store: Store, offices: dict[str, Office], who: str) -> None:
    with store.writing() as session:
        Scoped(session, principal_of(offices, who)).add(
            tables.Team(tenant="north", id="w", name="W", created=NOON)
        )
    assert seen(store, system("north"), tables.Team) == 3


def test_own_data_is_written(store: Store, offices: dict[str, Office]) -> None:
    with store.writing() as session:
        scoped = Scoped(session, offices["north"].principal("manager"))
        scoped.add(tables.Event(calendar="north-t", number=2, kind="state", data={}, at=NOON))
    assert seen(store, offices["north"].principal("manager"), tables.Event) == 2
