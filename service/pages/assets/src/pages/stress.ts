// While a calendar waits to be tried out or is, look now and then, and show what has changed.

const LOOK_MILLISECONDS = 3000;
const here = document.querySelector<HTMLElement>("#stress[data-open]");

async function look(state: string | undefined): Promise<void> {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("#stress");
    if (!answer.ok || found?.dataset.state !== state) {
      location.reload();
      return;
    }
    // How far it is changes in its place: whoever is about to stop it keeps the button under their finger.
    const far = found?.querySelector("#stress-progress");
    if (far) document.querySelector("#stress-progress")?.replaceWith(far);
  } catch {
    // Out of reach for a moment.
  }
  setTimeout(() => void look(state), LOOK_MILLISECONDS);
}

if (here) setTimeout(() => void look(here.dataset.state), LOOK_MILLISECONDS);
export {};
