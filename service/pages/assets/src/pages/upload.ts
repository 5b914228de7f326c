// While a file is sent and read the page says so: that may take a while, and browsers show little of it.

const form = document.querySelector<HTMLFormElement>(".upload-form");
const told = document.querySelector<HTMLElement>("#upload-told");
const input = form?.querySelector<HTMLInputElement>("#file");

form?.addEventListener("submit", () => {
  const files = input?.files;
  if (!told || !files?.length) return;
  const what = files.length === 1 ? files[0]!.name : `${files.length} files`;
  const line = document.createElement("p");
  line.className = "govuk-body";
  line.textContent = `${what} is being sent and checked. A large caseload takes up to half a minute.`;
  if (files.length > 1) line.textContent = line.textContent.replace(" is being", " are being");
  told.replaceChildren(line);
});
// Whoever comes back to the page finds it as it was before.
addEventListener("pageshow", () => told?.replaceChildren());
