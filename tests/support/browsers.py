"""Chromium, driven by playwright. What goes wrong on a page on the way is a fault of the test that opened it.

`Browsing.page` gives a page that is signed in. When it is closed, its console must have held no error or warning, no script must
have failed, no request must have gone anywhere else than to the service, and the content security policy must not have stopped
anything.
`checked` looks for violations of WCAG 2.2 A and AA with axe-core.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from web_world import World

from service.access.sessions import cookie_name

_INSTALLED: Final = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""The same browser of Debian's without its windows, which takes two thirds of the time, and the whole of it."""
CHROMIUM: Final = os.environ.get("CHROMIUM") or next(
    (one for one in _INSTALLED if Path(one).is_file()), _INSTALLED[-1]
)
SLOWLY: Final = os.environ.get("SLOWLY", "") != ""
"""Pages come slowly: what a test reads before it is there shows (`make test-web SLOWLY=1`)."""
AXE: Final = Path(__file__).resolve().parents[2] / "service/pages/assets/node_modules/axe-core/axe.min.js"
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_WORDS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
)  # fmt: skip
_RUN: Final = """async options => {
  const found = await axe.run(document, options);
  const told = found.violations.map(one =>
    `${one.id}: ${one.help}: ` + one.nodes.slice(0, 5).map(node => node.html.slice(0, 150)).join("; "));
  return { told, looked_at: found.passes.length };
}"""
"""What holds stays in the browser: of a large page it is megabytes, and takes three times as long to hand over as to find."""


_LEADING: Final = ("click", "press")
"""What a test does with a part of a page that may lead to another."""


@dataclass
class Watched:
    """What went wrong on a page."""

    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of messages that a test brings about on purpose, such as the status of an error page."""

    def check(self) -> None:
        left = [one for one in self.faults if not any(part in one for part in self.expected)]
        assert left == []


class Browsing:
    """A browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @contextmanager
    def page(
        self,
        world: World,
        subject: str | None,
        *,
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
        zoom: float = 1.0,
    ) -> Iterator[tuple[Page, Watched]]:
        """A page that somebody has signed in to.

        Parameters
        ----------
        world
        subject
            Of the account; ``None``: nobody.
        width, height
            Of the window, in pixels of the screen.
        scripts
            Whether scripts run.
        zoom
            As a browser zooms: the page has so much less room, in both directions.
        """
        context = self._browser.new_context(
            base_url=world.address,
            viewport={"width": int(width / zoom), "height": int(height / zoom)},
            device_scale_factor=zoom,
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(15_000)
        if subject is not None:
            cookie = world.cookie(subject)
            context.add_cookies([{"name": cookie_name(https=False), "value": cookie, "url": world.address}])
        page = context.new_page()
        if SLOWLY:
            _slow_down(page)
        watched = Watched()
        page.on("console", lambda said: _console(watched, said.type, said.text))
        page.on("pageerror", lambda error: watched.faults.append(f"script: {error}"))
        page.on("request", lambda asked: _request(watched, world.address, asked.url))
        try:
            yield page, watched
            watched.check()
        finally:
            context.close()


def checked(page: Page, *, leave: Sequence[str] = ()) -> None:
    """Look for violations of WCAG 2.2 A and AA on a page as it is now.

    Parameters
    ----------
    page
    leave
        Ids of axe-core's rules that don't hold here, each with a reason beside the call.
    """
    assert violations(page, leave=leave) == []


def violations(page: Page, *only: str, leave: Sequence[str] = ()) -> list[str]:
    """What axe-core finds on a page as it is now, in words.

    Parameters
    ----------
    page
    only
        Ids of the rules to look at; all of WCAG 2.2 A and AA, and best practice, if there are none.
    leave
        Ids of those to leave out.
    """
    # Evaluated by the browser's debugger, which the content security policy doesn't stop.
    page.evaluate(axe_source())
    options = {
        "runOnly": {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": list(TAGS)},
        "rules": {one: {"enabled": False} for one in leave},
        "resultTypes": ["violations"],
    }
    found: dict[str, Any] = page.evaluate(_RUN, options)
    assert only or found["looked_at"] > 0, "no rule of axe-core's found anything to look at"
    told: list[str] = found["told"]
    return told


@contextmanager
def browsing() -> Iterator[Browsing]:
    """A browser, running meanwhile."""
    with sync_playwright() as driver, ExitStack() as stack:
        for action in _LEADING:
            stack.enter_context(patch.object(Locator, action, _to_the_end(getattr(Locator, action))))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(_WORDS))
        try:
            yield Browsing(browser)
        finally:
            browser.close()


def _to_the_end(act: Callable[..., None]) -> Callable[..., None]:
    """Do something that may lead to another page, and let that page come to its end.

    Playwright waits until the page has begun to come. What is read from it at once, and isn't asked for until it is there (a
    list of rows, a count), would be what has come so far.
    """

    @wraps(act)
    def done(locator: Locator, *args: Any, **kwargs: Any) -> None:
        act(locator, *args, **kwargs)
        locator.page.wait_for_load_state()

    return done


@cache
def axe_source() -> str:
    """The library, for `page.evaluate`."""
    return AXE.read_text(encoding="utf-8")


def _slow_down(page: Page) -> None:
    """Let a page come in pieces."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": 400_000, "uploadThroughput": 400_000},
    )


def _console(watched: Watched, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        watched.faults.append(f"console {kind}: {text}")


def _request(watched: Watched, address: str, url: str) -> None:
    if not url.startswith((address + "/", "data:", "blob:")):
        watched.faults.append(f"request to {url}")
