"""What is sent comes back as it was, and can be nothing but JSON values and arrays of numbers."""

from __future__ import annotations

import json
import pickle
import zlib
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from solver.scale.held import Held
from solver.scale.wire import dense, pack, sparse, unpack

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text().filter(lambda key: key != "array"), inner, max_size=4)
    ),
    max_leaves=12,
)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float64, np.int64, np.int32, np.uint64, np.bool_]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4),
)


@given(st.dictionaries(st.text().filter(lambda key: key != "array"), VALUES, max_size=4))
def test_values_come_back(document: dict[str, Any]) -> None:
    assert unpack(pack(document)) == document


@given(ARRAYS)
def test_arrays_come_back(values: Any) -> None:
    found = unpack(pack({"one": {"many": [values, 1]}}))["one"]["many"][0]
    assert found.dtype == values.dtype
    assert found.shape == values.shape
    assert np.array_equal(found, values, equal_nan=values.dtype.kind == "f")


@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5),
        elements=st.sampled_from([0.0, 0.0, 0.0, 1.5, -2.0]),
    )
)
def test_arrays_of_which_most_is_nothing_come_back(values: Any) -> None:
    found = dense(unpack(pack({"prices": sparse(values)}))["prices"])
    assert found.shape == values.shape
    assert np.array_equal(found, values)
    assert len(sparse(values)["values"]) == np.count_nonzero(values)


def test_rows_of_a_larger_array_come_back() -> None:
    values = np.arange(24.0).reshape(4, 6)
    assert np.array_equal(unpack(pack({"part": values[1::2, ::-3]}))["part"], values[1::2, ::-3])


def test_numbers_of_numpy_are_numbers_and_tuples_are_lists() -> None:
    held = Held(738_000, 600, "v1", (0, -1))
    document = {"cost": np.int64(7), "bound": np.float64(2.5), "chains": [[held]]}
    assert unpack(pack(document)) == {"cost": 7, "bound": 2.5, "chains": [[[738_000, 600, "v1", [0, -1]]]]}


def test_no_bound_yet_comes_back() -> None:
    assert unpack(pack({"bound": -np.inf})) == {"bound": -np.inf}


@pytest.mark.parametrize(
    "value", [date(2027, 1, 4), {1, 2}, b"bytes", object(), np.array([{}, None], dtype=object), 1j]
)
def test_nothing_else_can_be_sent(value: Any) -> None:
    with pytest.raises(TypeError, match="can't be sent to a worker"):
        pack({"value": value})


def test_it_is_json() -> None:
    read = json.loads(zlib.decompress(pack({"a": [1, "b"], "c": np.zeros((2, 0))})))
    assert read == {"a": [1, "b"], "c": {"array": ["<f8", [2, 0], ""]}}


@pytest.mark.parametrize("content", [pickle.dumps({"a": 1}), zlib.compress(pickle.dumps({"a": 1}))])
def test_nothing_else_is_read(content: bytes) -> None:
    with pytest.raises((zlib.error, ValueError)):
        unpack(content)


def test_arrays_of_objects_are_not_read() -> None:
    content = zlib.compress(json.dumps({"array": ["|O", [1], "AAAAAAAAAAA="]}).encode())
    with pytest.raises(ValueError, match="OBJECT"):
        unpack(content)


def test_the_same_document_gives_the_same_bytes() -> None:
    document = {"prices": sparse(np.eye(3)), "names": ["p1", "v2"]}
    assert pack(document) == pack(document)
