"use strict";
// Values of filters and rollouts are numbers that mdgym wrote; no text of a script comes here.
const rollouts = [...document.querySelectorAll("details.t")];
const filters = [...document.querySelectorAll(".filters select")];
const shown = document.getElementById("shown");
function apply() {
  let count = 0;
  for (const rollout of rollouts) {
    rollout.hidden = !filters.every((f) => f.value === "" || rollout.dataset[f.name] === f.value);
    count += rollout.hidden ? 0 : 1;
  }
  shown.textContent = count + " of " + rollouts.length;
}
for (const filter of filters) filter.addEventListener("change", apply);
apply();
