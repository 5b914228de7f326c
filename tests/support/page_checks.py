"""What must hold of any page, as a browser has laid it out: each function gives what is wrong, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from browsers import violations
from playwright.sync_api import Page

DESK: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 320, "height": 640}
ZOOMED: Final = {"width": 320, "height": 225}
"""The desk's window at 400 % (WCAG 2.2, 1.4.10): so much room is left."""
PAPER: Final = {"width": 1050, "height": 740}
"""A4 across, within its margins."""
TABS: Final = 25
"""Elements that are gone through by keyboard: a table of hundreds of links goes on as it began."""

_STRUCTURE: Final = r"""() => {
  const faults = [];
  // What has just been done is said above everything, with the heading that the design system gives it.
  const seen = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].filter(
    one => one.checkVisibility() && !one.closest(".govuk-notification-banner"));
  const tops = seen.filter(one => one.tagName === "H1");
  if (tops.length !== 1) faults.push(`${tops.length} h1`);
  if (seen.length && seen[0].tagName !== "H1") faults.push(`the first heading is ${seen[0].tagName}`);
  let before = 0;
  for (const one of seen) {
    const level = Number(one.tagName[1]);
    if (level > before + 1) faults.push(`h${level} after h${before}: ${one.textContent.trim().slice(0, 60)}`);
    before = level;
  }
  if (!document.title.trim()) faults.push("no title");
  if (document.documentElement.lang !== "en") faults.push("no language");
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  if (twice.length) faults.push(`ids twice: ${twice.slice(0, 3)}`);
  return faults;
}"""

_SKIP: Final = r"""() => {
  const link = document.querySelector(".govuk-skip-link");
  if (!link) return ["no skip link"];
  const to = document.querySelector(link.getAttribute("href"));
  return to && to.tagName === "MAIN" ? [] : ["the skip link doesn't lead to the main content"];
}"""

_FITS: Final = r"""() => {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  if (wide <= room) return [];
  const inScroller = one => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const out = [...document.body.querySelectorAll("*")].filter(
    one => one.getBoundingClientRect().right > room + 1 && !inScroller(one));
  const told = out.slice(-2).map(one => one.outerHTML.slice(0, 110));
  return [`it is ${wide} px wide with room for ${room}: ${told.join(" | ")}`];
}"""

_SCROLLERS: Final = r"""() => {
  const can = one => one.matches("a[href],button,input,select,textarea,summary,[tabindex]");
  return [...document.body.querySelectorAll("*")].filter(one => {
    const how = getComputedStyle(one);
    const scrolls = (/auto|scroll/.test(how.overflowX) && one.scrollWidth > one.clientWidth + 1)
      || (/auto|scroll/.test(how.overflowY) && one.scrollHeight > one.clientHeight + 1);
    return scrolls && one.checkVisibility() && !can(one) && ![...one.querySelectorAll("*")].some(can);
  }).map(one => `scrolls, and no keyboard gets there: ${one.outerHTML.slice(0, 110)}`);
}"""

_CLIPPED: Final = r"""() => {
  const hides = value => value === "hidden" || value === "clip";
  return [...document.body.querySelectorAll("*")].filter(one => {
    if (one.closest("svg, .week-event") || one.clientWidth < 2 || one.clientHeight < 2) return false;
    if (!one.innerText || !one.innerText.trim()) return false;
    const how = getComputedStyle(one);
    if (how.clipPath !== "none" || how.clip !== "auto" || !one.checkVisibility()) return false;
    return (hides(how.overflowX) && one.scrollWidth > one.clientWidth + 1)
      || (hides(how.overflowY) && one.scrollHeight > one.clientHeight + 1);
  }).slice(0, 5).map(one => `text is cut off: ${one.outerHTML.slice(0, 110)}`);
}"""

_FOCUS: Final = r"""() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const shows = (element, part) => {
    const how = getComputedStyle(element, part);
    const line = how.outlineStyle !== "none" && parseFloat(how.outlineWidth) > 0
      && !/rgba\(.*, 0\)|transparent/.test(how.outlineColor);
    return line || how.boxShadow !== "none";
  };
  // Within it the browser goes through the parts of a date and draws its own mark.
  if (one.matches("input[type=date]:not(:focus)")) return {shown: true, inside: true, html: ""};
  const near = [one, one.nextElementSibling, one.closest("label")].filter(Boolean);
  const shown = near.some(element => [undefined, "::before", "::after"].some(part => shows(element, part)));
  const box = one.getBoundingClientRect();
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return {shown, inside, html: one.outerHTML.slice(0, 110)};
}"""

_DARK: Final = r"""() => {
  const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const faults = [];
  for (const one of document.body.querySelectorAll("*")) {
    const own = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || !one.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (one.closest("script,style,option")) continue;
    const how = getComputedStyle(one);
    if (how.clipPath !== "none" || how.printColorAdjust === "exact") continue;
    const ink = one instanceof SVGElement ? how.fill : how.color;
    const found = /rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)/.exec(ink);
    if (!found || found[4] === "0") continue;
    const [red, green, blue] = found.slice(1, 4).map(Number).map(part);
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    if (1.05 / (light + 0.05) < 4.5) faults.push(`pale when printed: ${ink} ${one.outerHTML.slice(0, 110)}`);
  }
  return faults.slice(0, 5);
}"""

_SPACING: Final = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""


def structure(page: Page) -> list[str]:
    """Headings, title, main content, skip link."""
    return [*page.evaluate(_STRUCTURE), *page.evaluate(_SKIP)]


def skip_link(page: Page) -> list[str]:
    """The first thing that a keyboard comes to leads to the main content, and there the next thing is in it."""
    if page.evaluate("document.activeElement.matches('[role=alert]')"):
        return []  # what has just been done is read first, on purpose
    page.keyboard.press("Tab")
    if not page.evaluate("document.activeElement.matches('.govuk-skip-link')"):
        return ["the skip link isn't what the keyboard comes to first"]
    page.keyboard.press("Enter")
    at = page.evaluate("document.activeElement.tagName + location.hash")
    return [] if at in ("MAIN#main-content", "BODY#main-content") else [f"the skip link leads to {at}"]


def axe(page: Page, *only: str) -> list[str]:
    """Violations of WCAG 2.2 A and AA, of some rules alone if they are named."""
    return [f"axe {one}" for one in violations(page, *only)]


def fits(page: Page) -> list[str]:
    """Nothing but what scrolls by itself is wider than the window, and what does can be scrolled by keyboard."""
    return [*page.evaluate(_FITS), *page.evaluate(_SCROLLERS)]


def clipped(page: Page) -> list[str]:
    """No text is cut off.

    But that of a meeting in the week's hours, which are as high as it is long: the list below them has the whole of it.
    """
    found: list[str] = page.evaluate(_CLIPPED)
    return found


def focus(page: Page, tabs: int = TABS) -> list[str]:
    """Wherever the keyboard comes to, it is seen, and it is within the window."""
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    faults = []
    for _ in range(tabs):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUS)
        if found is None:
            break
        if not found["shown"]:
            faults.append(f"focus can't be seen: {found['html']}")
        if not found["inside"]:
            faults.append(f"focus is out of the window: {found['html']}")
    return faults[:5]


@contextmanager
def text_spacing(page: Page) -> Iterator[None]:
    """Text as far apart as somebody may need it (WCAG 2.2, 1.4.12)."""
    page.evaluate(_SPACING)
    yield
    page.evaluate("() => { document.adoptedStyleSheets = []; }")


@contextmanager
def printed(page: Page) -> Iterator[None]:
    """As it is printed."""
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    page.emulate_media(media="print")
    yield
    page.emulate_media(media="screen")


def dark(page: Page) -> list[str]:
    """Text can be read on white paper, whatever colour is behind it on a screen."""
    found: list[str] = page.evaluate(_DARK)
    return found


__all__ = [
    "DESK", "PAPER", "PHONE", "ZOOMED", "axe", "clipped", "dark", "fits", "focus", "printed", "skip_link", "structure",
    "text_spacing",
]  # fmt: skip
