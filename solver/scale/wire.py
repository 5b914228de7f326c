"""What goes to a worker and comes back: small documents with arrays in them, as compressed bytes. No names, no code."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ARRAY = "array"


def pack(document: Mapping[str, Any]) -> bytes:
    """Write a document of JSON values and numpy arrays."""
    return zlib.compress(json.dumps(document, default=_encoded, separators=(",", ":")).encode(), 1)


def unpack(content: bytes) -> Any:
    """Read what `pack` wrote."""
    return json.loads(zlib.decompress(content), object_hook=_decoded)


def sparse(values: NDArray[np.float64]) -> dict[str, Any]:
    """An array of which most is zero, for `pack`."""
    flat = values.ravel()
    at = np.nonzero(flat)[0]
    return {"shape": list(values.shape), "at": at.astype(np.int64), "values": flat[at]}


def dense(document: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the array that `sparse` was given."""
    out = np.zeros(tuple(document["shape"]))
    out.ravel()[document["at"]] = document["values"]
    return out


def _encoded(value: Any) -> Any:
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {_ARRAY: [value.dtype.str, list(value.shape), data]}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} can't be sent to a worker")


def _decoded(document: dict[str, Any]) -> Any:
    if set(document) != {_ARRAY}:
        return document
    dtype, shape, data = document[_ARRAY]
    return np.frombuffer(base64.b64decode(data), dtype=np.dtype(dtype)).reshape(shape)
