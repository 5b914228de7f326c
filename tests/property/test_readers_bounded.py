"""Whatever the bytes, a reader gives a result or its one error, and repeats nothing of them (see ``fuzz_targets``).

Files as programs write them are changed here and there, cut, joined and strewn with words that readers look for. The
same targets are run far longer, and guided by what they reach, by ``make fuzz``.
"""

from __future__ import annotations

import fuzz_targets
import pytest
from fuzz_seeds import WORDS, seeds
from fuzz_targets import CANARY, TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.reading import CalendarFileError

READERS = {"reading": "read", "busy": "busy_times", "replies": "read_replies", "stored": "read_stored"}


@st.composite
def changed(draw: st.DrawFn, target: str) -> bytes:
    """A seed, changed in up to eight places."""
    files = st.sampled_from(seeds(target))
    data = draw(files)
    for _ in range(draw(st.integers(1, 8))):
        at, until = sorted(draw(st.lists(st.integers(0, len(data)), min_size=2, max_size=2)))
        until = min(until, at + draw(st.sampled_from([1, 3, 30, 100_000])))
        match draw(st.sampled_from(["word", "byte", "line", "cut", "double", "swap", "join", "end"])):
            case "word":
                data = data[:at] + draw(st.sampled_from(WORDS)).encode() + data[at:]
            case "byte":
                data = data[:at] + draw(st.binary(min_size=1, max_size=3)) + data[at + 1 :]
            case "line":
                lines = data.split(b"\n")
                lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(WORDS)).encode() + b"\r")
                data = b"\n".join(lines)
            case "cut":
                data = data[:at] + data[until:]
            case "double":
                data = data[:until] + data[at:]
            case "swap":
                lines = data.split(b"\n")
                one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
                lines[one], lines[other] = lines[other], lines[one]
                data = b"\n".join(lines)
            case "join":
                other_file = draw(files)
                data = data[:at] + other_file[min(at, len(other_file)) :]
            case _:
                data = data[:at]
    return data


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_reader_gives_a_result_or_its_one_error(target: str) -> None:
    @settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        changed(target)
        | st.binary(max_size=200)
        | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
    def holds(data: bytes) -> None:
        TARGETS[target](data)

    holds()


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_seed_is_read(target: str) -> None:
    for data in seeds(target):
        TARGETS[target](data)


def test_the_targets_notice_another_exception_and_what_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("another")

    def repeats(*_: object, **__: object) -> None:
        raise CalendarFileError(f"{CANARY.upper()} is no time")

    for target in ("reading", "busy", "replies", "stored"):
        for reader, expected in ((fails, ValueError), (repeats, AssertionError)):
            monkeypatch.setattr(fuzz_targets, READERS[target], reader)
            with pytest.raises(expected):
                TARGETS[target](seeds(target)[0])
