// One meeting tried somewhere else: where it hangs, in which room, and what is to be seen of that beside the grid.
import { minutesOf, later, type Meeting, type Week } from "./data";
import { button, bullets, link, made, type Panel } from "./panel";
import { moment } from "./words";

/** What the service says of a start and a place. */
export interface Verdict {
  state: "possible" | "late" | "same" | "impossible" | "unknown" | "incomplete";
  heading: string;
  lines: string[];
}

export interface Asked {
  step(days: number, steps: number): void;
  room(venue: string): void;
  save(): void;
  leave(): void;
}

export class Trying {
  start: string;
  venue: string;
  verdict: Verdict | null = null;
  private readonly slot = made("p.govuk-body");
  private readonly told = made("div", { id: "week-verdict" });
  private readonly move: HTMLButtonElement;

  constructor(
    readonly meeting: Meeting,
    private readonly week: Week,
    panel: Panel,
    asked: Asked,
  ) {
    this.start = meeting.start;
    this.venue = meeting.venue;
    this.move = button("Move it", "", asked.save);
    const nudge = (text: string, days: number, steps: number): HTMLElement => {
      const one = button(text, "secondary", () => asked.step(days, steps));
      one.classList.add("week-nudge__button");
      return one;
    };
    panel.fill(
      `Move ${meeting.title}?`,
      this.slot,
      this.told,
      made("div.govuk-button-group", {}, this.move, button("Leave it", "secondary", asked.leave)),
      made(
        "fieldset.govuk-fieldset.week-nudge", { "aria-describedby": "week-keys" },
        made("legend.govuk-fieldset__legend.govuk-fieldset__legend--s", {}, "Another time"),
        made("p.govuk-hint", { id: "week-keys" }, `Arrow keys move it by ${week.grid} minutes or a day; Escape leaves it where it was.`),
        nudge("Earlier", 0, -1), nudge("Later", 0, 1), nudge("Day before", -1, 0), nudge("Day after", 1, 0),
      ),
      this.rooms(asked),
      made("p.govuk-body", {}, link("Free times in any week", `${meeting.path}/move`)),
    );
    this.show();
  }

  get elsewhere(): boolean {
    return this.start !== this.meeting.start || this.venue !== this.meeting.venue;
  }

  /** Where a step leads, within the days and hours that are shown; `null`: nowhere. */
  after(days: number, steps: number): string | null {
    const found = later(this.start, days, steps * this.week.grid);
    const first = `${this.week.monday}T00:00`;
    const last = later(first, this.week.weekends ? 7 : 5, 0);
    const minute = Number(found.slice(11, 13)) * 60 + Number(found.slice(14, 16));
    const fits = minute >= this.week.from && minute + minutesOf(this.meeting) <= this.week.to;
    return found >= first && found < last && fits ? found : null;
  }

  /** Show where it hangs, and what is known of that. */
  show(): void {
    this.slot.replaceChildren("From ", moment(this.meeting.start), " to ", made("strong", {}, moment(this.start)), `, ${this.place}`);
    this.move.hidden = !isPossible(this.verdict) || !this.elsewhere;
    if (!this.elsewhere) this.told.replaceChildren(made("p.govuk-body", {}, "This is where it is now."));
    else if (this.verdict) this.told.replaceChildren(toldOf(this.verdict));
    else this.told.replaceChildren(made("p.govuk-body", {}, "Looking whether that is possible…"));
  }

  /** The verdict as it is read out. */
  get words(): string {
    if (!this.elsewhere || !this.verdict) return `${moment(this.start)}, ${this.place}: where it is now.`;
    return `${this.verdict.heading}. ${this.verdict.lines.join(" ")}`;
  }

  /** The place's name. */
  get place(): string {
    if (this.venue === this.meeting.venue) return this.meeting.place;
    return this.week.rooms.find((one) => one.id === this.venue)?.name ?? "another place";
  }

  private rooms(asked: Asked): HTMLElement | null {
    const known = this.week.rooms.some((one) => one.id === this.venue);
    const rooms = known ? this.week.rooms : [{ id: this.venue, name: this.meeting.place }, ...this.week.rooms];
    if (rooms.length < 2) return null;
    const select = made("select.govuk-select", { id: "week-room" }) as HTMLSelectElement;
    for (const one of rooms) select.append(new Option(one.name, one.id, false, one.id === this.venue));
    select.addEventListener("change", () => asked.room(select.value));
    return made("div.govuk-form-group", {}, made("label.govuk-label", { for: "week-room" }, "Place"), select);
  }
}

export function isPossible(verdict: Verdict | null): boolean {
  return verdict?.state === "possible" || verdict?.state === "late";
}

/** A verdict, with its lines. */
export function toldOf(verdict: Verdict): HTMLElement {
  const kind = verdict.state === "late" ? "late" : isPossible(verdict) ? "yes" : "no";
  return made(`div.week-verdict.week-verdict--${kind}`, {}, made("p.govuk-body", {}, made("strong", {}, verdict.heading)), bullets(verdict.lines));
}
