// The search as it goes on: figures, plot and table follow the calendar's events. service/pages/solve_plot.py draws the same.

interface Told {
  state?: string;
  seconds?: number;
  phase?: string;
  cost?: number | null;
  bound?: number | null;
  gap?: number | null;
  breaches?: number | null;
}
interface Point extends Told {
  at: number;
}

const OPEN = ["queued", "preparing", "solving"];
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 260, 104, 26, 14, 40];
const MOST_ROWS = 60;
/** Time to stay, for those who watched; whoever asked for the demo wants to see its calendar. */
const FORWARD_SECONDS = location.hash === "#then-go-on" ? 0 : 10;
const LOOK_MILLISECONDS = 15_000;

const byId = (id: string) => document.getElementById(id)!;
const whole = (value: number) => Math.round(value).toLocaleString("en-GB");
const cell = (value: number | null | undefined) => (value == null ? "–" : whole(value));
const gapOf = (gap: number | null | undefined) => (gap == null ? "–" : `${(Math.ceil(gap * 1000 - 1e-9) / 10).toFixed(1)} %`);

function breachWords(breaches: number | null | undefined): string {
  if (breaches == null) return "Not known yet";
  if (!breaches) return "Every meeting is held in time";
  return `${whole(breaches)} ${breaches === 1 ? "meeting" : "meetings"} late or not held`;
}

class Search {
  private readonly points: Point[] = [];
  private offset = 0;
  private drawing = false;

  constructor(
    private readonly limit: number,
    private state: string,
  ) {}

  /** Take in what happened. */
  take(told: Told): void {
    this.state = told.state ?? this.state;
    if (told.state === "preparing") this.offset = this.points.at(-1)?.at ?? 0;
    if (told.cost != null || told.phase != null) {
      this.points.push({ ...told, at: this.offset + (told.seconds ?? 0) });
      if (!this.drawing) {
        this.drawing = true;
        // What comes in one go, such as everything until now, is drawn once.
        requestAnimationFrame(() => {
          this.drawing = false;
          this.show();
        });
      }
    }
  }

  private show(): void {
    const last = this.points.at(-1);
    if (!last) return;
    byId("solve-seconds").textContent = whole(last.at);
    const bar = document.querySelector<HTMLProgressElement>("#solve-progress");
    if (bar) bar.value = last.at;
    const phase = OPEN.includes(this.state) ? (last.phase ?? "") : "";
    byId("solve-phase").textContent = phase.slice(0, 1).toUpperCase() + phase.slice(1);
    byId("solve-breaches").textContent = breachWords(last.breaches);
    byId("solve-best").textContent = last.cost == null ? "Not known yet" : whole(last.cost);
    byId("solve-best-unit").hidden = last.cost == null;
    byId("solve-bound").textContent = last.bound == null ? "Nothing yet" : `No calendar has fewer than ${whole(last.bound)} points`;
    byId("solve-gap").textContent =
      last.gap == null ? "" : last.gap <= 0 ? "No calendar can be better." : `No calendar can be more than ${gapOf(last.gap)} better.`;
    this.draw(last);
    this.list();
  }

  private draw(last: Point): void {
    const values = this.points.flatMap((one) => [one.cost, one.bound]).filter((value): value is number => value != null);
    if (!values.length) return;
    const log = (value: number) => Math.log10(Math.max(value, 1));
    const end = Math.max(this.limit, last.at, 1);
    const low = Math.floor(log(Math.min(...values)));
    const high = Math.max(Math.ceil(log(Math.max(...values))), low + 1);
    const across = (at: number) => LEFT + (at / end) * (WIDTH - LEFT - RIGHT);
    const down = (value: number) => TOP + ((high - log(value)) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const steps = (pick: (one: Point) => number | null | undefined) =>
      this.points
        .filter((one) => pick(one) != null)
        .map((one, index) => {
          const [x, y] = [across(one.at).toFixed(1), down(pick(one)!).toFixed(1)];
          return index ? `H${x}V${y}` : `M${x} ${y}`;
        })
        .join("");
    byId("solve-best-line").setAttribute("d", steps((one) => one.cost));
    byId("solve-bound-line").setAttribute("d", steps((one) => one.bound));
    const axes: SVGElement[] = [];
    for (let power = low; power <= high; power += 1) {
      const y = down(10 ** power);
      axes.push(shape("line", { class: "solve-line", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y }));
      axes.push(shape("text", { class: "solve-label", x: LEFT - 8, y: y + 5, "text-anchor": "end" }, whole(10 ** power)));
    }
    const step = stepOf(end);
    for (let at = 0; at <= end; at += step) {
      axes.push(shape("text", { class: "solve-label", x: across(at), y: HEIGHT - 18, "text-anchor": "middle" }, `${whole(at)} s`));
    }
    byId("solve-axes").replaceChildren(...axes);
    byId("solve-figure").hidden = false;
  }

  private list(): void {
    const news = this.points.filter((one, index) => {
      const before = this.points[index - 1];
      return !before || before.cost !== one.cost || before.bound !== one.bound || before.breaches !== one.breaches;
    });
    const rows = news.slice(-MOST_ROWS).reverse();
    byId("solve-rows").replaceChildren(
      ...rows.map((one) => {
        const row = document.createElement("tr");
        row.className = "govuk-table__row";
        const head = document.createElement("th");
        head.scope = "row";
        head.className = "govuk-table__header govuk-table__cell--numeric";
        head.textContent = one.at.toLocaleString("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
        const cells = [cell(one.cost), cell(one.bound), gapOf(one.gap), cell(one.breaches)].map((text) => {
          const made = document.createElement("td");
          made.className = "govuk-table__cell govuk-table__cell--numeric";
          made.textContent = text;
          return made;
        });
        row.append(head, ...cells);
        return row;
      }),
    );
    byId("solve-table").hidden = false;
  }
}

function shape(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** Between two marks of time: so that there are no more than eight of them. */
function stepOf(seconds: number): number {
  for (let power = 1; power <= 1e5; power *= 10) {
    for (const number of [1, 2, 5]) if (seconds / (number * power) <= 8) return number * power;
  }
  return 1e6;
}

/** Say in words what the service says by now: the parts of the page that aren't figures are the service's own. */
async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll<HTMLElement>("[data-part]")) {
    const now = page.querySelector<HTMLElement>(`[data-part="${part.dataset["part"]}"]`);
    if (now && now.dataset["key"] !== part.dataset["key"]) part.replaceWith(document.importNode(now, true));
  }
  document.title = page.title;
  if (!page.querySelector("#solve-progress")) {
    document.querySelector("#solve-progress")?.remove();
    document.querySelector("#solve-limit")?.remove();
  }
}

function forward(): void {
  const next = document.querySelector<HTMLAnchorElement>("#solve-next");
  if (!next) return;
  if (!FORWARD_SECONDS) {
    location.assign(next.href);
    return;
  }
  const banner = byId("solve-forward");
  byId("solve-forward-to").textContent = next.dataset["to"] ?? "on";
  let left = FORWARD_SECONDS;
  banner.hidden = false;
  const timer = setInterval(() => {
    left -= 1;
    byId("solve-forward-seconds").textContent = String(left);
    if (left <= 0) {
      clearInterval(timer);
      location.assign(next.href);
    }
  }, 1000);
  byId("solve-stay").addEventListener("click", () => {
    clearInterval(timer);
    banner.hidden = true;
    next.focus();
  });
}

function watch(root: HTMLElement, events: string): void {
  const search = new Search(Number(root.dataset["limit"] ?? 0), root.dataset["state"] ?? "");
  const source = new EventSource(events);
  const after = Number(root.dataset["after"] ?? 0);
  const told = byId("solve-told");
  // How long the queue is, and whether anybody works it off, comes with no event.
  const looking = setInterval(() => void refresh(), LOOK_MILLISECONDS);
  let hadBest = byId("solve-best-unit").hidden === false;

  async function changed(data: Told): Promise<void> {
    const ended = !OPEN.includes(data.state ?? "");
    if (ended) {
      source.close();
      clearInterval(looking);
    }
    await refresh();
    const heading = document.querySelector("#solve h1")?.textContent ?? "";
    told.textContent = ended ? `${heading}. ${byId("solve-breaches").textContent}.` : heading;
    if (ended) forward();
  }

  function on(event: MessageEvent<string>): void {
    const data = JSON.parse(event.data) as Told;
    search.take(data);
    // They come from the beginning, for the picture: what the page knew when it was made is nothing new.
    if (Number(event.lastEventId) <= after) return;
    if (event.type === "state") void changed(data);
    if (event.type === "progress" && data.cost != null && !hadBest) {
      hadBest = true;
      void refresh(); // stopping keeps something from now on
      told.textContent = "A first whole calendar has been found.";
    }
  }
  source.addEventListener("state", on);
  source.addEventListener("progress", on);
}

const root = document.querySelector<HTMLElement>("#solve");
const events = root?.dataset["events"];
if (root && events) watch(root, events);
