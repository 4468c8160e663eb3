"use strict";

// The list of resources: rows that match all three filters are shown, and their number is said.
const search = document.getElementById("search");
const type = document.getElementById("type");
const component = document.getElementById("component");
const form = search.form;
const rows = Array.from(document.querySelectorAll("#inventory tbody tr"), (row) => ({
  row, text: `${row.dataset.type} ${row.textContent}`.toLowerCase(),
}));

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { row, text } of rows) {
    const fits = (!type.value || row.dataset.type === type.value)
      && (!component.value || row.dataset.component === component.value)
      && words.every((word) => text.includes(word));
    row.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  const all = `${rows.length} resource${rows.length === 1 ? "" : "s"}`;
  document.getElementById("count").textContent = shown === rows.length ? all : `${shown} of ${all}`;
  document.getElementById("none").hidden = shown > 0;
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter)); // the fields are emptied after the event
document.getElementById("clear").addEventListener("click", () => { form.reset(); search.focus(); });

// The diagram: pointing at a thing leaves only its own connections in full colour; the reach section has them in words.
const picture = document.querySelector(".architecture");
const flows = Array.from(picture?.querySelectorAll("[data-from]") ?? []);
function light(name) {
  picture.classList.toggle("chosen", Boolean(name));
  flows.forEach((flow) => flow.classList.toggle("lit", flow.dataset.from === name || flow.dataset.to === name));
}
picture?.addEventListener("pointerover", (event) => light(event.target.closest("[data-name]")?.dataset.name));
picture?.addEventListener("pointerleave", () => light());

// The reach matrix: one stop of the tab key, arrow keys inside, the answer in words below it.
const matrix = document.querySelector(".matrix");
if (matrix) {
  const grid = Array.from(matrix.tBodies[0].rows, (row) => Array.from(row.querySelectorAll("a")));
  const answer = document.getElementById("answer");
  const entry = (link) => document.getElementById(link.hash.slice(1));
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  let current = grid[0][0];
  grid.flat().forEach((link) => { link.tabIndex = link === current ? 0 : -1; });

  const choose = (link) => {
    current.tabIndex = -1;
    current = link;
    current.tabIndex = 0;
  };
  matrix.addEventListener("focusin", (event) => { if (event.target.matches("a")) choose(event.target); });
  matrix.addEventListener("mouseover", (event) => {
    const link = event.target.closest("td a");
    if (link && !link.title) link.title = entry(link).textContent.replace(/\s+/g, " ").trim();
  });
  matrix.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link) return;
    event.preventDefault();
    matrix.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    answer.replaceChildren(...Array.from(entry(link).childNodes, (node) => node.cloneNode(true)));
    answer.className = entry(link).className;
    answer.hidden = false;
  });
  matrix.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || !event.target.matches("a")) return;
    const row = grid.findIndex((links) => links.includes(event.target));
    const next = grid[row + step[0]]?.[grid[row].indexOf(event.target) + step[1]];
    if (next) next.focus();
    event.preventDefault();
  });
}

// On paper everything is open but the raw inputs, of which there are hundreds of pages.
let closed = [];
addEventListener("beforeprint", () => {
  closed = Array.from(document.querySelectorAll("details:not([open]):not(.inputs)"));
  closed.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => { closed.forEach((details) => { details.open = false; }); });

// The section that is being read is marked in the list of sections.
const links = new Map(Array.from(document.querySelectorAll("nav a"), (link) => [link.hash.slice(1), link]));
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    links.forEach((link) => link.removeAttribute("aria-current"));
    links.get(target.getAttribute("aria-labelledby") || target.id)?.setAttribute("aria-current", "true");
  }
}, { rootMargin: "-10% 0px -80% 0px" });
document.querySelectorAll("main > header, main > section").forEach((section) => watcher.observe(section));
