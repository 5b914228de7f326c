(() => {
  "use strict";
  const form = document.querySelector(".filter");
  const table = document.querySelector(".grid");
  if (form && table) {
    const words = form.elements.words, worker = form.elements.worker, kind = form.elements.kind;
    const risk = form.elements.risk, status = form.querySelector("[role=status]");
    const bodies = [...table.tBodies];
    const show = () => {
      const wanted = words.value.trim().toLowerCase();
      let shown = 0, all = 0;
      for (const body of bodies) {
        let any = false;
        const theirs = !worker.value || body.dataset.worker === worker.value;
        for (const row of body.rows) {
          if (!("state" in row.dataset)) continue;
          const on = theirs && (!kind.value || row.dataset.kind === kind.value)
            && (!risk.checked || row.dataset.state !== "ok")
            && (!wanted || row.dataset.words.includes(wanted));
          row.hidden = !on;
          all += 1;
          if (on) { shown += 1; any = true; }
        }
        body.hidden = !any;
      }
      status.textContent = shown === all ? `All ${all} rows shown` : `${shown} of ${all} rows shown`;
    };
    form.hidden = false;
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    show();
    table.addEventListener("keydown", (event) => { if (event.key === "Escape") table.classList.add("quiet"); });
    for (const type of ["focusin", "mouseover"]) {
      table.addEventListener(type, () => table.classList.remove("quiet"));
    }
  }
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold && !fold.open) { fold.open = true; target.scrollIntoView({ block: "center" }); }
  };
  addEventListener("hashchange", open);
  open();
})();
