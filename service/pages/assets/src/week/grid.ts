// The week as a grid of times: FullCalendar, with nothing of it that asks or saves.
import { Calendar } from "fullcalendar";
import interactionPlugin from "fullcalendar/interaction";
import gb from "fullcalendar/locales/en-gb";
import themePlugin from "fullcalendar/themes/classic";
import timeGridPlugin from "fullcalendar/timegrid";
import "fullcalendar/skeleton.css";
import "fullcalendar/themes/classic/palette.css";
import "fullcalendar/themes/classic/theme.css";
import { clock, later, minutesOf, type Meeting, type Week } from "./data";

export interface Told {
  /** A meeting was chosen. */
  chosen(id: string): void;
  /** It hangs over a start while it is dragged. */
  hovered(id: string, start: string): void;
  /** It was let go over a start. */
  dropped(id: string, start: string): void;
  /** Dragging began. */
  taken(id: string): void;
  /** It was let go where it was, or nowhere. */
  letGo(): void;
}

const NARROW = matchMedia("(max-width: 40.0525em)");
const BEHIND = "behind";

export class Grid {
  private readonly calendar: Calendar;
  private readonly days: HTMLElement;
  private week: Week;
  private wentTo: string;
  /** Whether one day is shown alone; always, where there is no room for more. */
  private alone = NARROW.matches;

  constructor(element: HTMLElement, week: Week, told: Told) {
    this.week = week;
    this.days = document.createElement("div");
    this.days.className = "week__days";
    this.days.setAttribute("role", "group");
    this.days.setAttribute("aria-label", "Day");
    element.before(this.days);
    this.wentTo = firstDay(week);
    this.calendar = new Calendar(element, {
      plugins: [timeGridPlugin, interactionPlugin, themePlugin],
      locale: gb,
      timeZone: "UTC", // Everything is local time of the team, and nothing is reckoned with it here.
      initialView: NARROW.matches ? "timeGridDay" : "timeGridWeek",
      initialDate: NARROW.matches ? this.wentTo : week.monday,
      firstDay: 1,
      weekends: week.weekends,
      now: week.now,
      nowIndicator: true,
      headerToolbar: false,
      allDaySlot: false,
      height: "auto",
      slotMinTime: clock(week.from),
      slotMaxTime: clock(week.to),
      slotDuration: "00:30",
      snapDuration: clock(week.grid),
      slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
      slotMinHeight: 30,
      slotEventOverlap: false,
      // A third of a day's width holds no word: the rest is behind a link to that day alone.
      views: { timeGridWeek: { eventMaxStack: 2 } },
      moreLinkClick: (info) => {
        this.goTo(info.date.toISOString().slice(0, 10));
        return "timeGridDay";
      },
      moreLinkClass: "week-more",
      // What is being moved is never behind that link.
      eventOrder: [{ func: (one, other) => rank(one) - rank(other) }, { field: "start", order: 1 }, { field: "duration", order: -1 }, { field: "title", order: 1 }],
      eventOverlap: true,
      eventInteractive: true,
      eventDurationEditable: false,
      eventLongPressDelay: 300,
      dragRevertDuration: 0,
      displayEventTime: false,
      events: eventsOf(week),
      // Its headings are named by an attribute alone, which some screen readers pass over.
      dayHeaderDidMount: (info) => info.el.querySelector("[aria-hidden]")?.removeAttribute("aria-hidden"),
      dayLaneDidMount: (info) => info.el.closest('[role="row"]')?.querySelector('[role="rowheader"]:empty')?.setAttribute("role", "gridcell"),
      eventClass: (info) => {
        const { state, mode } = info.event.extendedProps as { state?: string; mode?: string };
        if (info.event.display === "background") return "";
        return `week-event week-event--${state ?? "ok"} ${mode ? `week-event--${mode}` : ""} ${info.isMirror ? "week-event--mirror" : ""}`;
      },
      backgroundEventClass: (info) => `week-behind week-behind--${String(info.event.extendedProps["kind"])}`,
      eventContent: (info) => (info.event.display === "background" ? true : { domNodes: contentOf(info.event.extendedProps["meeting"] as Meeting, info.event.startStr) }),
      eventClick: (info) => {
        info.jsEvent.preventDefault();
        if (info.event.display !== "background") told.chosen(info.event.id);
      },
      eventDragStart: (info) => told.taken(info.event.id),
      eventDragStop: () => told.letGo(),
      // Asked of every place that it hangs over.
      eventAllow: (span, event) => {
        if (event) told.hovered(event.id, span.startStr.slice(0, 16));
        return true;
      },
      eventDrop: (info) => told.dropped(info.event.id, info.event.startStr.slice(0, 16)),
    });
    this.calendar.render();
    this.showDays();
    NARROW.addEventListener("change", () => this.fit());
  }

  /** Show a newer state of the week. */
  show(week: Week): void {
    this.week = week;
    this.calendar.setOption("slotMinTime", clock(week.from));
    this.calendar.setOption("slotMaxTime", clock(week.to));
    this.calendar.setOption("weekends", week.weekends);
    this.calendar.removeAllEvents();
    for (const one of eventsOf(week)) this.calendar.addEvent(one);
    this.showDays();
  }

  /** Put a meeting somewhere on the grid; how it looks there is said by `mode`. */
  put(meeting: Meeting, start: string, mode: "" | "chosen" | "trying" | "barred"): void {
    const event = this.calendar.getEventById(meeting.id);
    if (!event) return;
    if (event.startStr.slice(0, 16) !== start) event.setDates(start, later(start, 0, minutesOf(meeting)));
    if (event.extendedProps["mode"] !== mode) event.setExtendedProp("mode", mode);
    if (mode !== "" && this.alone && start.slice(0, 10) !== this.wentTo) this.goTo(start.slice(0, 10));
  }

  /** What the verdict on a meeting that is dragged is so far. */
  judge(verdict: "" | "yes" | "no"): void {
    this.calendar.el.dataset["verdict"] = verdict;
  }

  /** Show what stands behind a meeting: its window, school, and where its people are. */
  behind(meeting: Meeting | null): void {
    for (const one of this.calendar.getEvents()) if (one.groupId === BEHIND) one.remove();
    if (!meeting) return;
    const add = (kind: string, start: string, end: string, title: string): void => {
      this.calendar.addEvent({ groupId: BEHIND, display: "background", start, end, title, extendedProps: { kind } });
    };
    for (let number = 0; number < 7; number += 1) {
      const day = later(`${this.week.monday}T00:00`, number, 0).slice(0, 10);
      const [from, to] = [`${day}T${clock(this.week.from)}`, this.end(day)];
      if (day >= meeting.earliest && day <= meeting.due) add("window", from, to, "");
    }
    for (const one of meeting.taken) add(one.text === "School" ? "school" : "busy", one.start, one.end, one.text);
  }

  /** Give a meeting the focus. */
  focus(id: string): void {
    this.calendar.el.querySelector<HTMLElement>(`.week-event [data-meeting="${CSS.escape(id)}"]`)?.closest<HTMLElement>("[tabindex]")?.focus();
  }

  private end(day: string): string {
    return this.week.to >= 1440 ? `${later(`${day}T00:00`, 1, 0).slice(0, 10)}T00:00` : `${day}T${clock(this.week.to)}`;
  }

  private fit(): void {
    if (NARROW.matches) this.goTo(this.wentTo);
    else this.goToWeek();
  }

  private goToWeek(): void {
    this.alone = false;
    this.calendar.changeView("timeGridWeek", this.week.monday);
    this.showDays();
  }

  private goTo(day: string): void {
    this.wentTo = day;
    this.alone = true;
    this.calendar.changeView("timeGridDay", day);
    this.showDays();
  }

  private showDays(): void {
    const count = this.week.weekends ? 7 : 5;
    const button = (text: string, isShown: boolean, pressed: () => void): HTMLButtonElement => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      made.setAttribute("aria-pressed", String(isShown));
      made.addEventListener("click", () => {
        pressed();
        this.days.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
      });
      return made;
    };
    const buttons = Array.from({ length: count }, (_, number) => {
      const day = later(`${this.week.monday}T00:00`, number, 0).slice(0, 10);
      const text = new Date(`${day}T00:00Z`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", timeZone: "UTC" });
      return button(text, this.alone && day === this.wentTo, () => this.goTo(day));
    });
    if (!NARROW.matches) buttons.unshift(button("Whole week", !this.alone, () => this.goToWeek()));
    this.days.replaceChildren(...buttons);
  }
}

/** The meeting in hand comes first. */
function rank(event: unknown): number {
  return (event as { mode?: string }).mode ? 0 : 1;
}

function firstDay(week: Week): string {
  const today = week.now.slice(0, 10);
  const days = week.meetings.map((one) => one.start.slice(0, 10));
  return days.find((day) => day >= today) ?? days[0] ?? week.monday;
}

function eventsOf(week: Week): object[] {
  const meetings = week.meetings.map((one) => ({
    id: one.id,
    title: one.title,
    start: one.start,
    end: one.end,
    startEditable: one.moves,
    extendedProps: { meeting: one, state: one.state },
  }));
  const closed = week.closed.map((one) => ({
    groupId: "closed",
    display: "background",
    start: `${one.day}T${clock(week.from)}`,
    end: week.to >= 1440 ? `${later(`${one.day}T00:00`, 1, 0).slice(0, 10)}T00:00` : `${one.day}T${clock(week.to)}`,
    title: one.text,
    extendedProps: { kind: "closed" },
  }));
  return [...closed, ...meetings];
}

function contentOf(meeting: Meeting, start: string): HTMLElement[] {
  const line = (name: string, text: string): HTMLElement => {
    const element = document.createElement("span");
    element.className = `week-event__${name}`;
    element.textContent = text;
    return element;
  };
  const box = document.createElement("span");
  box.className = "week-event__text";
  box.dataset["meeting"] = meeting.id;
  const head = document.createElement("span");
  head.className = "week-event__head";
  head.append(line("time", start.slice(11, 16)), " ", line("plans", meeting.plans));
  // A line that doesn't fit is left out as a whole: the last ones matter least, and all are told beside the grid.
  box.append(head, " ", line("title", meeting.kind), " ");
  if (meeting.state !== "ok") box.append(line("state", meeting.slack), " ");
  box.append(line("place", meeting.place));
  box.title = [start.slice(11, 16), meeting.title, meeting.slack, meeting.place].join(", ");
  return [box];
}
