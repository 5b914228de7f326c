// Moving a meeting: it is tried somewhere, the service says what that means, and only then it is moved or left.
import { ProblemError, ask } from "../lib/api";
import { readAgain, type Meeting, type Week } from "./data";
import { Grid } from "./grid";
import { Panel, bullets, link, made } from "./panel";
import { Trying, isPossible, toldOf, type Verdict } from "./trying";
import { differences, moment } from "./words";

/** Milliseconds that a dragged meeting hangs still before it is asked about. */
const STILL = 60;

interface Made {
  revision: number;
  meeting: { start: string } | null;
}

export class Moving {
  private readonly grid: Grid;
  private readonly panel: Panel;
  private chosen: Meeting | null = null;
  private trying: Trying | null = null;
  private asking: AbortController | null = null;
  private waiting = 0;
  private saving = false;
  private readonly known = new Map<string, Verdict>();

  constructor(element: HTMLElement, private week: Week) {
    this.panel = new Panel(
      () => this.escaped(),
      (days, steps) => this.arrow(days, steps),
    );
    this.grid = new Grid(element, week, {
      chosen: (id) => this.choose(id),
      taken: (id) => this.take(id),
      hovered: (id, start) => this.hover(id, start),
      dropped: (id, start) => this.drop(id, start),
      letGo: () => this.grid.judge(""),
    });
  }

  private meeting(id: string): Meeting | null {
    return this.week.meetings.find((one) => one.id === id) ?? null;
  }

  private choose(id: string): void {
    const meeting = this.meeting(id);
    if (!meeting || this.saving) return;
    this.putBack();
    this.chosen = meeting;
    this.grid.put(meeting, meeting.start, "chosen");
    this.grid.behind(meeting);
    this.panel.details(meeting, meeting.moves ? () => this.begin(meeting, true) : null, () => this.close());
    this.panel.focus();
  }

  private begin(meeting: Meeting, withKeys: boolean): Trying {
    if (this.trying?.meeting !== meeting) {
      this.putBack();
      this.chosen = meeting;
      this.grid.behind(meeting);
      this.grid.put(meeting, meeting.start, "trying");
      this.trying = new Trying(meeting, this.week, this.panel, {
        step: (days, steps) => this.arrow(days, steps),
        room: (venue) => void this.attempt(null, venue),
        save: () => void this.save(),
        leave: () => this.leave(),
      });
    }
    if (withKeys) {
      this.panel.focus();
      this.panel.say("Arrow keys move the meeting. Escape leaves it where it was.");
    }
    return this.trying;
  }

  private take(id: string): void {
    const meeting = this.meeting(id);
    if (meeting && this.trying?.meeting !== meeting) {
      this.putBack();
      this.grid.behind(meeting);
    }
  }

  /** A dragged meeting hangs over a start: ask, once it hangs still. */
  private hover(id: string, start: string): void {
    const meeting = this.meeting(id);
    if (!meeting || this.saving) return;
    window.clearTimeout(this.waiting);
    this.grid.judge("");
    this.waiting = window.setTimeout(() => {
      void this.verdict(meeting, start, meeting.venue).then(
        (verdict) => {
          if (!verdict || this.trying?.meeting === meeting) return;
          this.grid.judge(isPossible(verdict) ? "yes" : "no");
          this.panel.fill(`Moving ${meeting.title}`, toldOf(verdict));
        },
        () => undefined, // Said when it is dropped.
      );
    }, STILL);
  }

  private drop(id: string, start: string): void {
    window.clearTimeout(this.waiting);
    this.grid.judge("");
    const meeting = this.meeting(id);
    if (!meeting) return;
    this.begin(meeting, false);
    this.panel.focus();
    void this.attempt(start, null);
  }

  /** Try it at another start, or in another place. */
  private async attempt(start: string | null, venue: string | null): Promise<void> {
    const trying = this.trying;
    if (!trying || this.saving) return;
    trying.start = start ?? trying.start;
    trying.venue = venue ?? trying.venue;
    trying.verdict = null;
    this.grid.put(trying.meeting, trying.start, "trying");
    trying.show();
    if (!trying.elsewhere) {
      this.asking?.abort();
      this.panel.say(trying.words);
      return;
    }
    try {
      const verdict = await this.verdict(trying.meeting, trying.start, trying.venue);
      if (!verdict || this.trying !== trying) return;
      trying.verdict = verdict;
      this.grid.put(trying.meeting, trying.start, isPossible(verdict) ? "trying" : "barred");
      trying.show();
      this.panel.say(trying.words);
    } catch (error) {
      this.failed(error, trying);
    }
  }

  /** What the service says; nothing where something else has been asked meanwhile. */
  private async verdict(meeting: Meeting, start: string, venue: string): Promise<Verdict | null> {
    this.asking?.abort();
    const key = `${this.week.revision} ${meeting.id} ${start} ${venue}`;
    const known = this.known.get(key);
    if (known) return known;
    const asking = (this.asking = new AbortController());
    try {
      const verdict = await check(meeting, start, venue, asking.signal);
      if (asking.signal.aborted) return null;
      this.known.set(key, verdict);
      return verdict;
    } catch (error) {
      if (asking.signal.aborted) return null;
      throw error;
    }
  }

  private arrow(days: number, steps: number): boolean {
    const start = this.trying?.after(days, steps);
    if (start) void this.attempt(start, null);
    else if (this.trying) this.panel.say("That is not within this week’s days and hours.");
    return this.trying !== null;
  }

  private async save(): Promise<void> {
    const trying = this.trying;
    if (!trying || !isPossible(trying.verdict) || this.saving) return;
    this.saving = true;
    this.panel.say("Moving it…");
    const { meeting, start, venue } = trying;
    try {
      const made_ = await ask<Made>("PATCH", `/v1/meetings/${encodeURIComponent(meeting.id)}?calendar=${encodeURIComponent(this.week.calendar)}`, { start, venue }, {
        headers: { "If-Match": `"${this.week.revision}"`, "Idempotency-Key": key() },
      });
      const text = `${meeting.title} is on ${moment(start)} now, ${trying.place}. It stays there when the team is planned again.`;
      await this.refresh();
      this.saving = false;
      this.grid.put(this.meeting(meeting.id) ?? meeting, start, "chosen");
      this.panel.saved(meeting.title, text, this.week.team, made_.revision, () => this.close());
      this.panel.focus();
      this.panel.say(`Moved. ${text}`);
    } catch (error) {
      this.saving = false;
      if (error instanceof ProblemError && error.status === 412) await this.stale(trying);
      else this.failed(error, trying);
    }
  }

  /** Somebody else was faster. */
  private async stale(trying: Trying): Promise<void> {
    const { meeting, start, venue } = trying;
    const before = this.week;
    this.putBack();
    try {
      await this.refresh();
    } catch (error) {
      this.failed(error, null);
      return;
    }
    const changed = differences(before, this.week);
    const parts = [
      made("p.govuk-body", {}, "Somebody has changed the calendar since you saw it. Nothing was moved by you."),
      changed.length ? made("p.govuk-body", {}, "What has changed in this week:") : made("p.govuk-body", {}, "Nothing has changed in this week."),
      changed.length ? bullets(changed) : null,
    ];
    const now = this.meeting(meeting.id);
    const again = now?.moves
      ? (): void => {
          this.begin(now, true);
          void this.attempt(start, venue);
        }
      : null;
    this.panel.problem("The calendar has changed", parts, () => this.close(), again);
    this.panel.focus();
    this.panel.say(`The calendar has changed. Nothing was moved. ${changed.join(" ")}`);
  }

  /** It couldn't be asked or saved: the meeting is where it was. */
  private failed(error: unknown, trying: Trying | null): void {
    this.putBack();
    const signedOut = error instanceof ProblemError && error.status === 401;
    const text = signedOut
      ? "You have been signed out. Nothing was moved."
      : error instanceof ProblemError
        ? `${error.message} Nothing was moved.`
        : "The service can’t be reached. Nothing was moved: the meeting is where it was.";
    const parts = [made("p.govuk-body", {}, text), signedOut ? made("p.govuk-body", {}, link("Sign in again", location.href)) : null];
    const again = trying && !signedOut
      ? (): void => {
          this.begin(trying.meeting, true);
          void this.attempt(trying.start, trying.venue);
        }
      : null;
    this.panel.problem("That didn’t work", parts, () => this.close(), again);
    this.panel.focus();
    this.panel.say(text);
  }

  private async refresh(): Promise<void> {
    this.week = await readAgain();
    this.trying = null;
    this.chosen = null;
    this.grid.show(this.week);
  }

  private leave(): void {
    const meeting = this.chosen;
    this.close();
    if (meeting) this.panel.say(`${meeting.title} stays on ${moment(meeting.start)}.`);
  }

  private escaped(): void {
    if (!this.saving) this.leave();
  }

  /** Nothing is chosen any more; the focus goes to where it came from. */
  private close(): void {
    const id = this.chosen?.id;
    const back = this.panel.hasFocus;
    this.putBack();
    this.panel.clear();
    if (id && back) this.grid.focus(id);
  }

  private putBack(): void {
    this.asking?.abort();
    if (this.chosen) this.grid.put(this.chosen, this.chosen.start, "");
    this.grid.behind(null);
    this.trying = null;
    this.chosen = null;
  }
}

/** What the service says of a start and a place, as the form is told. */
async function check(meeting: Meeting, start: string, venue: string, signal: AbortSignal): Promise<Verdict> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  const answer = await fetch(`${meeting.path}/move/check`, {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRF-Token": token },
    body: new URLSearchParams({ choice: `${start} ${venue}` }),
    signal,
  });
  if (!answer.ok) throw new ProblemError(answer.status, "The service didn’t answer.", "");
  return (await answer.json()) as Verdict;
}

/** A key that nobody else has; `crypto.randomUUID` isn't there without TLS. */
function key(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}
