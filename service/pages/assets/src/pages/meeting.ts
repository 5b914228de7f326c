// The meeting's page: why it is where it is comes after the rest, since it has to be worked out.

async function fill(section: HTMLElement): Promise<void> {
  const place = section.querySelector<HTMLElement>("[data-why-here]");
  const path = section.dataset["why"];
  if (!place || !path) return;
  const answer = await fetch(path, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) return; // the link is still there
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("why-here");
  if (found) place.replaceChildren(...found.children);
}

for (const section of document.querySelectorAll<HTMLElement>("[data-why]")) {
  fill(section).catch(() => undefined); // gone to another page, or the service is: the link is still there
}

export {};
