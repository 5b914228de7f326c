// Why a meeting is to be elsewhere: what is only needed for some reasons is shown for those alone.

function fit(): void {
  const chosen = document.querySelector<HTMLInputElement>('input[name="why"]:checked')?.value ?? "";
  for (const part of document.querySelectorAll<HTMLElement>("[data-for]")) {
    part.hidden = !(part.dataset["for"] ?? "").split(" ").includes(chosen);
  }
}

document.addEventListener("change", fit);
fit();

export {};
