// A whole day of tasks, or a whole person's, is ticked at once; each can still be unticked by itself.
for (const group of document.querySelectorAll<HTMLTableSectionElement>(".app-tasks tbody")) {
  const boxes = [...group.querySelectorAll<HTMLInputElement>("input[type=checkbox][name=task]")];
  const head = group.querySelector(".app-tasks__group h2");
  if (boxes.length < 2 || !head) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "app-tasks__undo app-tasks__every app-no-print";
  const about = head.textContent?.replace(/\s+/g, " ").trim() ?? "";
  const say = () => {
    const all = boxes.every((one) => one.checked);
    const hidden = document.createElement("span");
    hidden.className = "govuk-visually-hidden";
    hidden.textContent = `: ${about}`;
    button.replaceChildren(all ? `Untick all ${boxes.length}` : `Tick all ${boxes.length}`, hidden);
    return all;
  };
  button.addEventListener("click", () => {
    const all = say();
    for (const one of boxes) one.checked = !all;
    say();
  });
  for (const one of boxes) one.addEventListener("change", say);
  say();
  head.after(button);
}

export {};
