// Reads a calendar file from standard input with a package of npm and writes what it read as JSON.
// node read.mjs PACKAGE, from the folder that has node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const find = createRequire(pathToFileURL(process.cwd() + "/"));
const text = readFileSync(0, "utf8");

async function icalJs() {
  const { default: ICAL } = await import(pathToFileURL(find.resolve("ical.js")));
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone), zone.getFirstPropertyValue("tzid"));
  }
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      sequence: event.sequence,
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
      summary: event.summary,
      location: event.location,
      status: component.getFirstPropertyValue("status"),
      attendees: event.attendees.map((one) => [one.getFirstValue(), one.getParameter("partstat") ?? null]),
    };
  });
  return { method: calendar.getFirstPropertyValue("method"), events };
}

async function nodeIcal() {
  const { default: ical } = await import(pathToFileURL(find.resolve("node-ical")));
  const read = ical.sync.parseICS(text);
  const events = Object.values(read)
    .filter((one) => one.type === "VEVENT")
    .map((one) => ({
      uid: one.uid,
      sequence: Number(one.sequence),
      start: one.start?.toISOString() ?? null,
      end: one.end?.toISOString() ?? null,
      summary: one.summary,
      location: one.location,
      status: one.status,
      attendees: [one.attendee ?? []].flat().map((each) => [each.val, each.params.PARTSTAT ?? null]),
    }));
  return { method: read.vcalendar?.method ?? null, events };
}

const readers = { "ical.js": icalJs, "node-ical": nodeIcal };
const read = await readers[process.argv[2]]();
process.stdout.write(JSON.stringify(read));
