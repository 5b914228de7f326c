"""What is wrong with a policy file, each fault with its line: the text, the words, what they mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path as FilePath

from solver.policy.lines import line_numbers, line_of
from solver.policy.load import LAYERS, load_policy, read_policy
from solver.policy.meaning import meaning_findings
from solver.policy.model import Policy
from solver.policy.window_meaning import looser_findings, sample_calendar
from solver.schema.faults import Fault, Path, show
from solver.schema.findings import Finding, to_faults

_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


def check_file(path: FilePath | str) -> list[Fault]:
    """Check a policy file.

    Parameters
    ----------
    path : path-like
        A TOML file in the shape of those in ``solver/policies``.

    Returns
    -------
    list of Fault
        In the order of the file, each path beginning with its line; empty if the policy can be used.
    """
    try:
        data = FilePath(path).read_bytes()
    except OSError as error:
        problem = f"This file can't be read: {error.strerror}."
        return [Fault("", show(str(path)), problem, "Give the path of a policy file.")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return [Fault(f"line {line}", "", "This is not UTF-8 text.", "Save the file as UTF-8.")]
    return check_text(text)


def check_text(text: str) -> list[Fault]:
    """Check the text of a policy file. See `check_file`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_not_toml(error, text)]
    policy, findings = read_policy(data)
    if policy is not None:
        own = Policy.model_validate(data)
        findings = [*findings, *meaning_findings(own, policy)]
        if own.extends in LAYERS:
            findings.extend(looser_findings(own, load_policy(own.extends), sample_calendar(policy)))
    return _with_lines(findings, data, text)


def _with_lines(findings: Iterable[Finding], data: dict[str, object], text: str) -> list[Fault]:
    lines = line_numbers(text)
    placed = sorted(dict.fromkeys(findings), key=lambda found: _line(found.path, lines))
    return [
        replace(fault, path=f"line {_line(found.path, lines)}: {fault.path}".removesuffix(": "))
        for found in placed
        for fault in to_faults([found], data)
    ]


def _line(path: Path, lines: dict[Path, int]) -> int:
    return line_of(path, lines) or 1


def _not_toml(error: tomllib.TOMLDecodeError, text: str) -> Fault:
    message = str(error)
    match = _PLACE.search(message)
    problem = _PLACE.sub("", message).strip()
    if match is None or match[1] is None:
        where = f"line {len(text.splitlines()) or 1}"
        remedy = "Look for a quote or a bracket that is opened and never closed."
    else:
        where = f"line {match[1]}, column {match[2]}"
        remedy = "Correct this line: text stands in straight double quotes, a list in square brackets."
    return Fault(where, "", f"This is not TOML: {problem[:1].lower()}{problem[1:]}.", remedy)
