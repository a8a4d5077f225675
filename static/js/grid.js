// The sheet on screen: rows with findings or all of them, edited in place. Every change goes to the server at once and
// comes back judged; what is shown is never older than what was last saved. Here: keys, mouse, clipboard and buttons.
import { get } from "./grid/api.js";
import { writeBlock } from "./grid/block.js";
import { findingsAt, isOpen } from "./grid/cells.js";
import { acts, asChange, change, paste } from "./grid/changes.js";
import { LOCKED_WORDS, say, settings, state } from "./grid/page.js";
import { load, more, told } from "./grid/rows.js";
import { activeCell, activeRange, editing, jump, look, ready, surface, table } from "./grid/sheet.js";

const inGrid = () => {
  const ground = document.getElementById("grid-table");
  return ground.contains(document.activeElement) && !editing();
};

function edit(typed) {
  const cell = activeCell();
  if (!cell || !state.editable) return;
  if (cell.getData().locked) {
    say(LOCKED_WORDS);
    return;
  }
  state.typed = typed;
  cell.edit(true);
}

function fillDown() {
  const rows = activeRange().getStructuredCells();
  if (rows.length < 2) return;
  change(rows.slice(1).flatMap((row) => row.map((cell, at) => asChange(cell, rows[0][at].getValue() || ""))), "paste");
}

document.getElementById("grid-table").addEventListener(
  "keydown",
  (event) => {
    if (editing()) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey ? event.key.toLowerCase() : "";
    if (plain && (event.key.length === 1 || event.key === "Process" || event.keyCode === 229)) {
      // The first letter is typed into the box by the browser itself, so that an input method begins there too.
      if (event.key.length === 1 && event.keyCode !== 229) event.preventDefault();
      edit(event.key.length === 1 && event.keyCode !== 229 ? event.key : "");
    } else if (plain && event.key === "F2") {
      event.preventDefault();
      edit(null);
    } else if (plain && event.key === "F9") {
      const cell = activeCell();
      const finding = cell && findingsAt(cell.getData(), cell.getField()).find((one) => isOpen(one) && Object.keys(one.fixes || {}).length);
      if (finding && state.editable && !cell.getData().locked) acts.fix(finding, cell.getData());
    } else if (plain && (event.key === "Delete" || event.key === "Backspace") && state.editable) {
      event.preventDefault();
      change(activeRange().getCells().map((cell) => asChange(cell, "")), "edit");
    } else if (control === "d" && state.editable) {
      event.preventDefault();
      fillDown();
    }
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || editing()) return;
  const control = (event.ctrlKey || event.metaKey) && !event.altKey ? event.key.toLowerCase() : "";
  if (event.key === "F8") {
    event.preventDefault();
    jump(event.shiftKey ? -1 : 1);
  } else if (control === "z" && state.editable && !event.target.matches("input, textarea")) {
    event.preventDefault();
    acts.undo();
  } else if (control === "h" && state.editable) {
    event.preventDefault();
    acts.replace();
  }
});
document.addEventListener("keyup", () => inGrid() && look());
document.getElementById("grid-table").addEventListener("mouseup", () => setTimeout(look, 0));
document.addEventListener("paste", (event) => {
  if (!inGrid() || !state.editable) return;
  event.preventDefault();
  paste(event.clipboardData.getData("text/plain"));
});
document.addEventListener("copy", (event) => {
  if (!inGrid() || !activeRange()) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", writeBlock(activeRange().getStructuredCells().map((row) => row.map((cell) => cell.getValue() || ""))));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) acts[button.dataset.do]();
  const only = event.target.closest("[data-only]");
  if (only) {
    state.only = only.dataset.only;
    state.code = "";
    document.getElementById("grid-rule").value = "";
    press();
    load();
  }
});
document.getElementById("grid-rule").addEventListener("change", (event) => {
  state.code = event.target.value;
  press();
  load();
});
function press() {
  for (const one of document.querySelectorAll("[data-only]")) one.setAttribute("aria-pressed", String(one.dataset.only === (state.code ? "findings" : state.only)));
}

table.on("scrollVertical", () => {
  const ground = surface();
  if (ground && ground.scrollTop + ground.clientHeight > ground.scrollHeight - 600) more();
});

ready.then(async () => {
  press();
  get(settings.urls.status).then(told, () => {});
  await load();
});
