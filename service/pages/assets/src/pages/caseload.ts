// Filtering and ordering the caseload at once. The rows are all there: without this script the form asks for the page anew.
const form = document.querySelector<HTMLFormElement>("#filter");
const rows = document.querySelector<HTMLElement>("#rows");
if (form && rows) begin(form, rows);

const AT_RISK = ["missing", "late", "none", "tight"];
const ORDERS = ["risk", "worker", "plan", "next"];
const NAMES = ["q", "worker", "kind", "state", "slack", "order"];

function begin(form: HTMLFormElement, rows: HTMLElement): void {
  const all = Array.from(rows.children) as HTMLElement[];
  const shown = document.querySelector<HTMLElement>("#shown");
  const region = document.querySelector<HTMLElement>("#region");
  const nothing = document.querySelector<HTMLElement>("#nothing");
  const clear = document.querySelector<HTMLAnchorElement>("#clear");
  let order = field(form, "order")?.value ?? "risk";

  function apply(): void {
    const said = new Map(NAMES.map((name) => [name, (field(form, name)?.value ?? "").trim()]));
    let taken = 0;
    for (const row of all) {
      row.hidden = !takes(row, said);
      if (!row.hidden) taken += 1;
    }
    const wanted = said.get("order") ?? "risk";
    if (wanted !== order) {
      order = wanted;
      const place = ORDERS.indexOf(order);
      const rank = new Map(all.map((row) => [row, Number((row.dataset.o ?? "").split(" ")[place])]));
      rows.append(...all.sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0)));
    }
    if (shown) shown.textContent = words(taken, all.length);
    if (region) region.hidden = taken === 0;
    if (nothing) nothing.hidden = taken > 0;
    if (clear) clear.hidden = !NAMES.some((name) => name !== "order" && said.get(name));
    history.replaceState(null, "", address(said, null));
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-view]")) {
      link.href = address(said, link.dataset.view ?? null);
    }
  }

  function address(said: Map<string, string>, view: string | null): string {
    const query = new URLSearchParams();
    for (const [name, value] of said) if (value && !(name === "order" && value === "risk")) query.set(name, value);
    const now = view ?? new FormData(form).get("view");
    if (now === "list") query.set("view", "list");
    const text = query.toString();
    return text ? `${location.pathname}?${text}` : location.pathname;
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  clear?.addEventListener("click", (event) => {
    event.preventDefault();
    set(form, {});
    apply();
    field(form, "q")?.focus();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-set]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const [name = "", value = ""] = (link.dataset.set ?? "").split("=");
    set(form, { [name]: value });
    apply();
    const there = document.querySelector<HTMLElement>("#plans");
    there?.setAttribute("tabindex", "-1");
    there?.focus();
  });
}

/** As `Filter.takes` of the service has it. */
function takes(row: HTMLElement, said: Map<string, string>): boolean {
  const { w = "", k = "", s = "", b = "", q = "" } = row.dataset;
  const states = s.split(" ");
  const state = said.get("state");
  const worker = said.get("worker");
  const kind = said.get("kind");
  const slack = said.get("slack");
  const text = (said.get("q") ?? "").toLowerCase().split(/\s+/);
  return (
    (!worker || worker === w) &&
    (!kind || kind === k) &&
    (!state || (state === "risk" ? AT_RISK.some((one) => states.includes(one)) : states.includes(state))) &&
    (!slack || b.split(" ").includes(slack)) &&
    text.every((word) => q.includes(word))
  );
}

function words(taken: number, of: number): string {
  const number = (value: number): string => value.toLocaleString("en-GB");
  return taken === of ? `All ${number(of)} shown` : `${number(taken)} of ${number(of)} shown`;
}

function field(form: HTMLFormElement, name: string): HTMLInputElement | HTMLSelectElement | null {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : null;
}

/** Ask for these alone; the order stays. */
function set(form: HTMLFormElement, wanted: Record<string, string>): void {
  for (const name of NAMES) {
    const found = field(form, name);
    if (found && name !== "order") found.value = wanted[name] ?? "";
  }
}

// What a mark says when it is pointed at can be sent away.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.body.classList.add("c-quiet");
});
for (const kind of ["pointermove", "focusin"]) {
  document.addEventListener(kind, () => document.body.classList.remove("c-quiet"));
}

export {};
