// The workbench by keys: the row at hand, marks, the help. Everything here is also a link or a form that works without.
import * as list from "./review/list.js";
import * as map from "./review/map.js";
import { mark } from "./review/marks.js";
import { form, reason } from "./review/page.js";
import { decision, write } from "./review/reason.js";
import { look } from "./review/scan.js";

const TYPED = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const acts = {
  before: () => list.step(-1),
  after: () => list.step(1),
  open: () => list.toOpen(),
  tick: () => list.tick(),
  help: () => document.getElementById("bench-help").showModal(),
  whole: () => {
    const rest = document.querySelector("[data-rest]");
    if (rest) rest.open = !rest.open;
  },
  scan: look,
  map: () => map.toggle(),
};
const keys = { k: "before", j: "after", n: "open", "?": "help", "？": "help", v: "whole", s: "scan", m: "map" };
map.onOpen(list.go);
const AGAIN = ["before", "after"]; // acts that a key held down may repeat

if (form) {
  Object.assign(acts, { pass: () => mark("pass"), return: () => write("return"), question: () => write("question") });
  Object.assign(keys, { a: "pass", r: "return", q: "question" });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Enter in the reason means what was begun; a button means itself.
    const pressed = event.submitter && document.activeElement !== reason ? event.submitter.dataset.mark : decision();
    mark(pressed || decision());
  });
}

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && event.keyCode !== 229;
  if (!plain || document.querySelector("dialog[open]") || event.target.closest(TYPED)) return;
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const space = pressed === " " && !event.target.closest("button, summary, input");
  const act = space ? "tick" : keys[pressed];
  if (!act || (event.repeat && !AGAIN.includes(act))) return;
  event.preventDefault();
  acts[act]();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) acts[button.dataset.do]();
});
for (const later of document.querySelectorAll("[data-steps], [data-do]")) later.hidden = false;
for (const chooser of document.querySelectorAll("[data-submits]")) chooser.addEventListener("change", () => chooser.form.requestSubmit());
