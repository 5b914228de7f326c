from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import service.access
from service.access.rights import (
    ACTIONS,
    MATRIX,
    ROLES,
    Reach,
    may,
    may_for_person,
    reach,
    scopes_of,
    unknown_scopes,
)
from service.store.scope import Principal, Role, system

README = Path(service.access.__file__).parent / "README.md"
BEGIN, END = "<!-- matrix -->\n", "<!-- /matrix -->"


def somebody(role: Role, *scopes: str, person: str | None = None) -> Principal:
    return Principal("north", "a", role, frozenset({"t"}), person, frozenset(scopes))


def of(action: str) -> dict[str, Reach]:
    rule = next(rule for rule in MATRIX if rule.action == action)
    return {role: rule.reach(role) for role in ROLES}


def test_every_action_has_one_line_and_every_role_a_column() -> None:
    assert [rule.action for rule in MATRIX] == list(ACTIONS)
    assert {*ROLES} == {*get_args(Role), "attendee"} - {"system"}


def test_what_service_md_says_of_each_role() -> None:
    for rule in MATRIX:
        family = rule.action.partition(".")[0]
        reads = rule.action.endswith(".read")
        assert rule.reach("auditor") in ((Reach.NO,) if not reads or rule.action == "feed.read" else Reach)
        assert (rule.reach("admin") is Reach.NO) == (family not in ("account", "webhook", "metrics"))
        assert (rule.reach("attendee") is Reach.NO) == (rule.action != "feed.read")
        assert rule.reach("worker") in (Reach.NO, Reach.OWN) or rule.action == "kpi.read"
        assert rule.reach("manager") in (Reach.NO, Reach.TEAM)
        if rule.reach("support") is Reach.TEAM:
            # What a recipient reads in their letter holds no free text, and neither do figures.
            assert rule.action in (
                "availability.write", "reply.write", "kpi.read", "message.read", "message.settle",
            )  # fmt: skip


@pytest.mark.parametrize("action", ["calendar.publish", "meeting.move", "rebooking.accept", "calendar.plan"])
def test_what_binds_others_is_for_managers_and_the_case_system(action: str) -> None:
    allowed = {role for role, how_far in of(action).items() if how_far is not Reach.NO}
    assert allowed == {"manager", "integrator"}


def test_scopes_narrow_and_never_widen() -> None:
    assert may(somebody("integrator"), "rebooking.ask")
    assert may(somebody("integrator", "rebooking.*"), "rebooking.accept")
    assert may(somebody("integrator", "calendar.read"), "calendar.read")
    assert not may(somebody("integrator", "calendar.read"), "calendar.publish")
    assert not may(somebody("integrator", "calendar"), "calendar.read")
    assert not may(somebody("integrator", "*"), "calendar.read")
    assert not may(somebody("worker", "calendar.publish", "calendar.*"), "calendar.publish")
    assert reach(somebody("worker", "calendar.*"), "calendar.read") is Reach.OWN


@pytest.mark.parametrize("role", ROLES)
def test_scopes_of_a_role_are_what_it_may_do(role: Role) -> None:
    scopes = scopes_of(role)
    assert unknown_scopes(scopes, role) == ()
    if role != "attendee":
        assert {action for action in ACTIONS if may(somebody(role), action)} == set(scopes) & set(ACTIONS)
    assert unknown_scopes(["calendar.burn", "x"], role) == ("calendar.burn", "x")


def test_a_scope_that_a_role_cannot_have_is_unknown_to_it() -> None:
    assert unknown_scopes(["calendar.read", "calendar.publish"], "worker") == ("calendar.publish",)


def test_about_a_person() -> None:
    worker = somebody("worker", person="sw-1")
    assert may_for_person(worker, "availability.write", "sw-1")
    assert not may_for_person(worker, "availability.write", "sw-2")
    assert not may_for_person(somebody("worker"), "availability.write", "sw-1")
    assert may_for_person(somebody("manager"), "availability.write", "sw-2")
    assert not may_for_person(somebody("auditor"), "availability.write", "sw-2")
    assert not may_for_person(somebody("support"), "feed.grant", "sw-2")


def test_the_service_itself_may_do_everything() -> None:
    assert all(may(system("north"), action) for action in ACTIONS)


def test_the_readme_has_the_matrix() -> None:
    text = README.read_text()
    assert text.partition(BEGIN)[2].partition(END)[0] == matrix_text(), (
        "The matrix has changed: put what matrix_text() gives between the marks of service/access/README.md"
    )


def matrix_text() -> str:
    """The matrix as a table of Markdown, with the reasons below."""
    lines = [f"| action | {' | '.join(ROLES)} |", "|---" * (len(ROLES) + 1) + "|"]
    lines += [
        f"| `{rule.action}` | {' | '.join(rule.reach(role).value for role in ROLES)} |" for rule in MATRIX
    ]
    return "\n".join(
        [*lines, "", *(f"- `{rule.action}`: {rule.because}" for rule in MATRIX if rule.because), ""]
    )
