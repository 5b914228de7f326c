// What is said beside the grid: of the meeting chosen, of where it is tried, and of what came of it.
import { capital, moment } from "./words";
import type { Meeting } from "./data";

type Part = Node | string | null;

/** An element with parts in it; a name such as "p.govuk-body" has its classes. */
export function made(name: string, attributes: Record<string, string> = {}, ...parts: Part[]): HTMLElement {
  const [tag = "div", ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...parts.filter((one): one is Node | string => one !== null));
  return element;
}

export function button(text: string, kind: "" | "secondary" | "warning", pressed: () => void): HTMLButtonElement {
  const element = made(`button.govuk-button${kind && `.govuk-button--${kind}`}`, { type: "button" }, text) as HTMLButtonElement;
  element.addEventListener("click", pressed);
  return element;
}

export function link(text: string, href: string, more = ""): HTMLElement {
  return made("a.govuk-link", { href }, text, more ? made("span.govuk-visually-hidden", {}, ` ${more}`) : null);
}

export class Panel {
  private readonly whole = element("week-panel");
  private readonly heading = element("week-panel-heading");
  private readonly body = element("week-panel-body");
  private readonly said = element("week-said");
  private readonly empty: Node[];
  private readonly title: string;

  constructor(escaped: () => void, arrow: (days: number, steps: number) => boolean) {
    this.empty = [...this.body.childNodes];
    this.title = this.heading.textContent ?? "";
    this.whole.addEventListener("keydown", (pressed) => {
      if (pressed.key === "Escape") escaped();
      if (pressed.target instanceof HTMLSelectElement || pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
      const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[pressed.key];
      if (step && arrow(step[0] ?? 0, step[1] ?? 0)) pressed.preventDefault();
    });
  }

  /** Say something to whoever doesn't see the page change. */
  say(text: string): void {
    this.said.textContent = "";
    // Said anew even where it is the same.
    requestAnimationFrame(() => (this.said.textContent = text));
  }

  clear(): void {
    this.fill(this.title, ...this.empty);
  }

  fill(heading: string, ...parts: Part[]): void {
    this.heading.textContent = heading;
    this.body.replaceChildren(...parts.filter((one): one is Node | string => one !== null));
  }

  focus(): void {
    this.heading.focus();
  }

  get hasFocus(): boolean {
    return this.whole.contains(document.activeElement);
  }

  /** A meeting, and what can be done with it. */
  details(meeting: Meeting, tried: (() => void) | null, closed: () => void): void {
    const rows: [string, string][] = [
      ["When", `${moment(meeting.start)} to ${meeting.end.slice(11, 16)}`],
      ["Where", capital(meeting.place)],
      ["Who", meeting.who.length ? capital(meeting.who.join(", ")) : "Nobody"],
      ["Window", meeting.window],
      ["Due date", capital(meeting.slack)],
    ];
    if (meeting.notes.length) rows.push(["Also", capital(meeting.notes.join("; "))]);
    const list = made("dl.week-facts");
    for (const [name, text] of rows) list.append(made("div", {}, made("dt", {}, name), made("dd", {}, text)));
    this.fill(
      meeting.title,
      list,
      made("p.govuk-body", {}, link("Open the meeting", meeting.path, meeting.title)),
      tried ? made("p.govuk-body", {}, link("Free times, and a form to move it", `${meeting.path}/move`)) : null,
      made("div.govuk-button-group", {}, tried ? button("Try another time", "", tried) : null, button("Close", "secondary", closed)),
      meeting.taken.length ? legend() : null,
    );
  }

  problem(heading: string, parts: Part[], closed: () => void, again: (() => void) | null): void {
    this.fill(
      heading,
      made("div.week-verdict.week-verdict--no", {}, ...parts),
      made("div.govuk-button-group", {}, again ? button("Try again", "", again) : null, button("Close", "secondary", closed)),
    );
  }

  /** That a meeting was moved, and the way back. */
  saved(title: string, text: string, team: string, revision: number, closed: () => void): void {
    const token = document.querySelector<HTMLInputElement>('form[action="/sign-out"] input[type="hidden"]');
    const undo = made(
      "form", { method: "post", action: `${team}/undo` },
      token ? token.cloneNode() : null,
      made("input", { type: "hidden", name: "revision", value: String(revision) }),
      made("input", { type: "hidden", name: "back", value: location.pathname + location.search }),
      made("button.govuk-button.govuk-button--secondary", {}, "Undo"),
    );
    this.fill(
      "Moved",
      made("div.week-verdict.week-verdict--yes", {}, made("p.govuk-body", {}, text)),
      made("p.govuk-body", {}, "Nobody has been told yet: people hear of it when you ", link("publish", `${team}/publish`), "."),
      made("div.govuk-button-group", {}, undo, button("Close", "secondary", closed)),
    );
    undo.querySelector("button")?.setAttribute("aria-label", `Undo moving ${title}`);
  }
}

export function bullets(lines: string[]): HTMLElement {
  return made("ul.govuk-list.govuk-list--bullet", {}, ...lines.map((line) => made("li", {}, line)));
}

function legend(): HTMLElement {
  const entry = (kind: string, text: string): HTMLElement => made("li", {}, made(`span.week-legend.week-behind--${kind}`, { "aria-hidden": "true" }), ` ${text}`);
  return made("ul.govuk-list.govuk-body-s.week-legends", {}, entry("window", "Its window"), entry("school", "School"), entry("busy", "Its people are elsewhere"));
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no ${id}.`);
  return found;
}
