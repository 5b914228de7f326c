// What the page says of the week, for the script: read from the page itself, and from a newer one of it after a change.

export interface Taken {
  start: string;
  end: string;
  text: string;
}

export interface Meeting {
  id: string;
  title: string;
  /** Its kind and number, and whom it is about: the title in two parts. */
  kind: string;
  plans: string;
  start: string;
  end: string;
  venue: string;
  place: string;
  who: string[];
  state: "ok" | "tight" | "late" | "unheld";
  slack: string;
  notes: string[];
  earliest: string;
  due: string;
  window: string;
  path: string;
  moves: boolean;
  taken: Taken[];
}

export interface Week {
  calendar: string;
  revision: number;
  team: string;
  now: string;
  monday: string;
  weekends: boolean;
  from: number;
  to: number;
  grid: number;
  canMove: boolean;
  meetings: Meeting[];
  closed: { day: string; text: string }[];
  rooms: { id: string; name: string }[];
}

export function read(page: Document): Week | null {
  const text = page.getElementById("week-data")?.textContent;
  return text ? (JSON.parse(text) as Week) : null;
}

/** The week as it is now; the list on the page is made anew with it. */
export async function readAgain(): Promise<Week> {
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const week = read(page);
  const list = page.getElementById("list");
  if (!answer.ok || !week || !list) throw new Error("The page can’t be read again.");
  document.getElementById("list")?.replaceWith(document.adoptNode(list));
  return week;
}

/** Minutes as a clock shows them: 09:15. */
export function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** A local time so many days and minutes later. Wall clock: nobody meets while clocks are changed. */
export function later(local: string, days: number, minutes: number): string {
  const time = new Date(`${local.slice(0, 16)}Z`);
  return new Date(time.getTime() + (days * 1440 + minutes) * 60_000).toISOString().slice(0, 16);
}

export function minutesOf(meeting: Meeting): number {
  return (Date.parse(`${meeting.end}Z`) - Date.parse(`${meeting.start}Z`)) / 60_000;
}
