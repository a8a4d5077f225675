// How a cell is painted and edited.
import { settings } from "./page.js";

export const isWide = (code) => settings.wide.includes(code);
export const findingsAt = (data, key) => data.findings.filter((one) => one.column === key);
export const isOpen = (finding) => !finding.waived;

// Verdicts of rules that look at more than one row are not to be trusted while the sheet is being counted again.
export const isBeingRecounted = (finding, stale) => stale && isWide(finding.code);

export function paint(cell, state) {
  const data = cell.getData();
  const key = cell.getField();
  const place = cell.getElement();
  const found = findingsAt(data, key);
  const open = found.filter(isOpen);
  const bad = open.some((one) => one.severity === "error");
  place.classList.toggle("is-bad", bad);
  place.classList.toggle("is-doubtful", !bad && open.length > 0);
  place.classList.toggle("is-waived", !open.length && found.length > 0);
  place.classList.toggle("is-edited", data.edited.includes(key));
  place.classList.toggle("is-pending", state.pending.has(`${data.key} ${key}`));
  if (bad) place.setAttribute("aria-invalid", "true");
  else place.removeAttribute("aria-invalid");
  return document.createTextNode(cell.getValue() || "");
}

let lists = 0;

// A plain text box: Enter goes down, Tab goes right, Escape leaves things as they were; an input method's own Enter and
// Escape are left to it.
export function makeEditor(column, state) {
  return (cell, onRendered, success, cancel) => {
    const box = document.createElement("input");
    box.type = "text";
    box.value = state.typed === null ? cell.getValue() || "" : state.typed;
    const typedOver = state.typed !== null;
    state.typed = null;
    box.setAttribute("aria-label", column.title);
    box.autocomplete = "off";
    if (column.choices.length) {
      const list = document.createElement("datalist");
      lists += 1;
      list.id = `grid-choices-${lists}`;
      for (const choice of column.choices) list.append(new Option(choice));
      box.setAttribute("list", list.id);
      document.body.append(list);
    }
    let done = false;
    const end = (keep, way) => {
      if (done) return;
      done = true;
      if (box.list) box.list.remove();
      if (keep) success(box.value);
      else cancel();
      // At once: the next key may already be on its way.
      if (way) state.move(way);
      setTimeout(() => state.ended(), 0);
    };
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      const ways = { Enter: event.shiftKey ? "up" : "down", Tab: event.shiftKey ? "left" : "right" };
      if (event.key in ways) {
        event.preventDefault();
        event.stopPropagation();
        end(true, ways[event.key]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        end(false, "");
      } else {
        event.stopPropagation();
      }
    });
    box.addEventListener("paste", (event) => event.stopPropagation());
    box.addEventListener("copy", (event) => event.stopPropagation());
    box.addEventListener("blur", () => end(true, ""));
    onRendered(() => {
      box.focus({ preventScroll: true });
      if (!typedOver) box.setSelectionRange(box.value.length, box.value.length);
    });
    return box;
  };
}
