// The form that moves a meeting: what is to be said of a time and a place is told while it is filled in.

interface Told {
  state: string;
  heading: string;
  lines: string[];
}

const PAUSE = 250; // milliseconds after the last key
const form = document.querySelector<HTMLFormElement>("form[data-check]");
const place = document.getElementById("verdict");

function show(told: Told): void {
  if (!place) return;
  place.className = `app-verdict app-verdict--${told.state}`;
  if (told.state === "incomplete") {
    place.replaceChildren();
    return;
  }
  const heading = document.createElement("h2");
  heading.className = "govuk-heading-s";
  heading.textContent = told.heading;
  const list = document.createElement("ul");
  list.className = "app-lines";
  for (const line of told.lines) list.appendChild(document.createElement("li")).textContent = line;
  place.replaceChildren(heading, list);
}

async function check(path: string, fields: URLSearchParams, signal: AbortSignal): Promise<void> {
  const answer = await fetch(path, { method: "POST", body: fields, credentials: "same-origin", headers: { Accept: "application/json" }, signal });
  if (answer.ok) show((await answer.json()) as Told);
  else show({ state: "unknown", heading: "There is no answer at the moment", lines: ["Use the button to check."] });
}

if (form && place) {
  const path = form.dataset["check"] ?? "";
  let waiting = 0;
  let asked = new AbortController();
  const soon = (): void => {
    window.clearTimeout(waiting);
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    waiting = window.setTimeout(() => {
      place.classList.add("app-verdict--waiting");
      const fields = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
      check(path, fields, signal).catch((error: unknown) => {
        if (!signal.aborted) show({ state: "unknown", heading: "There is no answer at the moment", lines: [String(error)] });
      });
    }, PAUSE);
  };
  // Whoever fills in another date means that one.
  form.querySelector("[data-other]")?.addEventListener("input", () => {
    const other = form.querySelector<HTMLInputElement>('input[name="choice"][value="other"]');
    if (other) other.checked = true;
  });
  form.addEventListener("input", soon);
}

export {};
