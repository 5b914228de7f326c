// Dates as the rest of the service writes them, and what has changed between two states of a week.
import type { Week } from "./data";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Such as: Tue 15 Dec 2026. */
export function day(local: string): string {
  const at = new Date(`${local.slice(0, 10)}T00:00Z`);
  return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** Such as: Tue 15 Dec 2026, 10:00. */
export function moment(local: string): string {
  return `${day(local)}, ${local.slice(11, 16)}`;
}

/** Meetings of a week that aren't as they were, a sentence each. */
export function differences(before: Week, after: Week): string[] {
  const now = new Map(after.meetings.map((one) => [one.id, one]));
  const told: string[] = [];
  for (const one of before.meetings) {
    const other = now.get(one.id);
    now.delete(one.id);
    if (!other) told.push(`${one.title}, ${moment(one.start)}, isn’t in this week any more.`);
    else if (other.start !== one.start) told.push(`${one.title} moved from ${moment(one.start)} to ${moment(other.start)}, ${other.place}.`);
    else if (other.venue !== one.venue) told.push(`${one.title} moved from ${one.place} to ${other.place}.`);
    else if (other.who.join() !== one.who.join()) told.push(`${one.title}: other people come.`);
  }
  for (const one of now.values()) told.push(`${one.title} is new in this week: ${moment(one.start)}, ${one.place}.`);
  return told;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
