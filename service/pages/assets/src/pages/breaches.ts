// On paper nothing is folded: what is closed is opened for printing, and closed again afterwards.
const opened: HTMLDetailsElement[] = [];

window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")) {
    one.open = true;
    opened.push(one);
  }
});
window.addEventListener("afterprint", () => {
  for (const one of opened.splice(0)) one.open = false;
});

export {};
