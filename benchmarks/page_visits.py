"""Visits to the pages of a running service in Chromium, and how soon something was to be seen."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from solver.schema.calendar import Calendar

CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)
_PAINT: Final = 10_000
"""Milliseconds that a page may take to show something, before the visit has failed."""
_OBSERVE: Final = """
window.convenePaint = {};
new PerformanceObserver(list => { for (const one of list.getEntries()) convenePaint.fcp ??= one.startTime; })
  .observe({type: 'paint', buffered: true});
new PerformanceObserver(list => { for (const one of list.getEntries()) convenePaint.lcp = one.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
"""
_TIMES: Final = """() => ({
  ttfb: performance.getEntriesByType('navigation')[0].responseStart,
  fcp: convenePaint.fcp, lcp: convenePaint.lcp,
})"""
_CHECK: Final = """async ([meeting, start]) => {
  const began = performance.now();
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(`/v1/meetings/${encodeURIComponent(meeting)}/move:check`, {
    method: 'POST', headers: {'Content-Type': 'application/json', 'X-CSRF-Token': token}, body: JSON.stringify({start}),
  });
  const told = await answer.json();
  return [answer.status, performance.now() - began, told.possible ?? null];
}"""


@dataclass(frozen=True)
class Visit:
    """One page opened. Times are milliseconds from the start of the navigation."""

    ttfb: float
    """Until the answer began."""
    fcp: float
    """Until something was painted."""
    lcp: float
    """Until the largest part was painted."""
    octets: int
    """Over the wire: headers and packed bodies of everything that was loaded."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, running meanwhile."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(_OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, address: str, subject: str) -> Any:
    """What the browser keeps of somebody who has signed in, for contexts that have nothing else of before."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name=f"Sign in as {subject}", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    kept = context.storage_state()
    context.close()
    return kept


def visits(browser: Browser, address: str, kept: Any, path: str) -> tuple[Visit, Visit] | None:
    """Open a page with nothing kept but the session, then again; ``None`` if there is no such page."""
    context = browser.new_context(
        base_url=address, storage_state=kept, viewport={"width": 1280, "height": 900}
    )
    context.add_init_script(_OBSERVE)
    try:
        cold = _visit(context, path)
        return None if cold is None else (cold, _again(context, path))
    finally:
        context.close()


def _again(context: BrowserContext, path: str) -> Visit:
    warm = _visit(context, path)
    assert warm is not None, "it was there just now"
    return warm


def _visit(context: BrowserContext, path: str) -> Visit | None:
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    octets = [0]

    def loaded(event: dict[str, Any]) -> None:
        octets[0] += int(event["encodedDataLength"])

    wire.on("Network.loadingFinished", loaded)
    answer = page.goto(path, wait_until="load")
    if answer is None or answer.status != 200:
        page.close()
        return None
    times = _painted(page)
    page.close()
    return Visit(times["ttfb"], times["fcp"], times["lcp"], octets[0])


def _painted(page: Page) -> dict[str, float]:
    for _ in range(_PAINT // 20):
        times: dict[str, float] = page.evaluate(_TIMES)
        if times.get("lcp") is not None and times.get("fcp") is not None:
            return times
        page.wait_for_timeout(20)
    raise SystemExit(f"{page.url} showed nothing in {_PAINT} ms")


def verdicts(
    browser: Browser, address: str, kept: Any, path: str, calendar: Calendar, times: int
) -> tuple[list[float], int]:
    """Ask from a page whether meetings could be held elsewhere in the week.

    Returns
    -------
    tuple
        Milliseconds until the verdict was there, the first (for which the service reads the calendar) apart at the end; and how
        many of the moves were possible.
    """
    context = browser.new_context(base_url=address, storage_state=kept)
    page = context.new_page()
    page.goto(path)
    chance = random.Random(1)
    found, possible = [], 0
    for _ in range(times + 1):
        meeting = chance.choice(calendar.meetings)
        start = meeting.start + timedelta(days=chance.randint(-3, 3), minutes=15 * chance.randint(-8, 8))
        status, took, can = page.evaluate(_CHECK, [meeting.id, start.isoformat()])
        if status != 200:
            print(f"move:check of {meeting.id} was answered {status}", file=sys.stderr)
            continue
        found.append(took)
        possible += bool(can)
    context.close()
    return [*found[1:], *found[:1]], possible
