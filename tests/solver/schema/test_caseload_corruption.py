"""However a caseload is corrupted, it is either loaded or refused with faults that say where and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from caseloads import small_caseload
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.schema.expected import optional
from solver.schema.faults import CaseloadError, Fault, Path, format_path
from solver.schema.load import load_caseload


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*path, step), inner
        yield from _places(inner, (*path, step))


SMALL = small_caseload()
PLACES = [path for path, _ in _places(SMALL)]
OWN = [value for _, value in _places(SMALL) if not isinstance(value, dict | list)]
"""Values at home somewhere in a caseload: put elsewhere, they get past the form more often."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(OWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _corrupt(data: Any, path: Path, value: Any, *, delete: bool = False) -> bool:
    """Put a value at a path, if what leads there is still there."""
    for step in path[:-1]:
        inside = isinstance(data, dict) and step in data
        if not inside and not (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            return False
        data = data[step]
    last = path[-1]
    if isinstance(data, list) and not (isinstance(last, int) and last < len(data)):
        return False
    if not isinstance(data, dict | list) or (delete and isinstance(data, dict) and last not in data):
        return False
    if delete:
        del data[last]
    else:
        data[last] = value
    return True


def _faults(data: Any) -> tuple[Fault, ...]:
    faults = _refused(json.dumps(data).encode())
    assert len(set(faults)) == len(faults)
    for fault in faults:
        assert fault.problem.endswith((".", "?"))
        assert fault.remedy.endswith((".", "?"))
    return faults


def _refused(data: bytes) -> tuple[Fault, ...]:
    try:
        load_caseload(data)
    except CaseloadError as error:
        return error.faults
    return ()


@given(st.sampled_from(PLACES), st.sampled_from([1.5, [[]], {"§": 1}]))
@settings(max_examples=120, deadline=None)
def test_what_belongs_nowhere_is_found_wherever_it_is(path: Path, value: Any) -> None:
    data = small_caseload()
    _corrupt(data, path, value)
    place = format_path(path)
    assert any(fault.path.startswith(place) for fault in _faults(data)), place


@given(st.sampled_from([path for path in PLACES if isinstance(path[-1], str)]))
@settings(max_examples=80, deadline=None)
def test_a_needed_field_that_is_gone_is_missed(path: Path) -> None:
    data = small_caseload()
    _corrupt(data, path, None, delete=True)
    places = [fault.path for fault in _faults(data)]
    in_open_object = "hours" in path or path[0] == "travel"
    assert optional(path) or in_open_object or format_path(path) in places


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), JSON | st.sampled_from(OWN), st.booleans()), min_size=1, max_size=6
    )
)
@settings(max_examples=200, deadline=None)
def test_nothing_but_faults_comes_of_any_corruption(changes: list[tuple[Path, Any, bool]]) -> None:
    data = small_caseload()
    for path, value, delete in changes:
        _corrupt(data, path, value, delete=delete)
    _faults(data)


@given(st.dictionaries(st.sampled_from(list(SMALL)) | st.text(max_size=5), JSON, max_size=8))
@settings(max_examples=100, deadline=None)
def test_nothing_but_faults_comes_of_any_json(data: dict[str, Any]) -> None:
    assert _faults(data)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_nothing_but_faults_comes_of_any_bytes(data: bytes) -> None:
    assert _refused(data)
