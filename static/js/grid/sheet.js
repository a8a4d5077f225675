// The sheet itself: Tabulator in our setting, the cell at hand, the way from one mistake to the next.
import { findingsAt, isOpen, makeEditor, paint } from "./cells.js";
import { LOCKED, saved, settings, shown, state } from "./page.js";
import { showCell } from "./panel.js";

export const flat = (row) => ({ ...row.cells, key: row.key, place: row.row, sheet: row.sheet, slot: row.slot, row: row.row, edited: row.edited, findings: row.findings, locked: row.locked });

// The row's number; before that of a row that stands accepted, a lock and the word for it.
function place(cell) {
  const told = document.createDocumentFragment();
  if (cell.getData().locked) {
    const word = document.createElement("small");
    const sign = document.createElement("i");
    sign.className = "bi bi-lock";
    sign.setAttribute("aria-hidden", "true");
    word.append(sign, LOCKED);
    told.append(word);
  }
  told.append(String(cell.getValue()));
  return told;
}

export const table = new Tabulator("#grid-table", {
  index: "key",
  height: "100%",
  layout: "fitData",
  renderHorizontal: "virtual",
  placeholder: "正在读取…",
  selectableRange: 1,
  selectableRangeRows: true,
  selectableRangeClearCells: false,
  editTriggerEvent: "dblclick",
  headerSortClickElement: "icon",
  rowHeader: { field: "place", title: "行", width: settings.locks ? 118 : 58, resizable: false, frozen: true, headerSort: false, cssClass: "is-place", hozAlign: "right", formatter: place },
  rowFormatter: (row) => row.getElement().classList.toggle("is-locked", Boolean(row.getData().locked)),
  columnDefaults: { headerSort: false, resizable: "header", minWidth: 56, maxInitialWidth: 260 },
  columns: shown.map((column) => ({
    title: column.title,
    field: column.key,
    width: Math.round(column.width * 8) + 24,
    editor: state.editable ? makeEditor(column, state) : undefined,
    editable: (cell) => state.editable && !cell.getData().locked,
    cssClass: column.key === "code" ? "is-code" : "",
    formatter: (cell) => paint(cell, state),
  })),
});
export const surface = () => document.querySelector("#grid-table .tabulator-tableholder");
export const ready = new Promise((resolve) => {
  table.on("tableBuilt", () => {
    // The scrolling part takes the keys, so to a screen reader it is the body of the sheet.
    surface().setAttribute("role", "rowgroup");
    document.querySelector("#grid-table .tabulator-table").setAttribute("role", "presentation");
    document.querySelector("#grid-table .tabulator-range-overlay").setAttribute("aria-hidden", "true");
    document.getElementById("grid-table").removeAttribute("aria-owns");
    document.getElementById("grid-table").setAttribute("aria-label", "表里的行");
    spell();
    resolve();
  });
});
// The words in place of rows are a row too.
function spell() {
  const words = document.querySelector("#grid-table .tabulator-placeholder");
  if (!words) return;
  words.setAttribute("role", "row");
  words.firstElementChild.setAttribute("role", "gridcell");
}
table.on("renderComplete", spell);

// Tabulator complains of rows that it does not have, and answers may come for rows that the list no longer shows.
export const held = new Set();
export const rowOf = (key) => (held.has(key) ? table.getRow(key) : null);
export const hold = (rows) => rows.forEach((row) => held.add(row.key));

export const editing = () => document.activeElement && document.activeElement.closest(".tabulator-editing");

export const activeRange = () => table.getRanges()[0];
export function activeCell() {
  const range = activeRange();
  const cells = range ? range.getStructuredCells() : [];
  return cells.length && cells[0].length ? cells[0][0] : null;
}

export function goTo(key, field) {
  const row = rowOf(key);
  if (!row) return;
  const cell = row.getCell(field) || row.getCell(shown[0].key);
  const range = activeRange();
  table.scrollToRow(row, "nearest", false).catch(() => {});
  table.scrollToColumn(cell.getField(), "middle", false).catch(() => {});
  if (range) range.setBounds(cell, cell);
  const ground = surface();
  if (ground) ground.focus({ preventScroll: true });
  look();
}

export function look() {
  showCell(activeCell(), shown, state, state.acts);
}

export function jump(step) {
  const data = table.getData("active");
  const places = data.flatMap((row, at) =>
    shown.flatMap((column, order) => (findingsAt(row, column.key).some(isOpen) ? [{ at, order, key: row.key, field: column.key }] : [])),
  );
  if (!places.length) {
    saved.textContent = "这里没有要改的了";
    return;
  }
  const now = activeCell();
  const at = now ? data.findIndex((row) => row.key === now.getData().key) : -1;
  const order = now ? shown.findIndex((column) => column.key === now.getField()) : -1;
  const after = (place) => (place.at - at) * 1000 + place.order - order;
  const found = step > 0 ? places.find((place) => after(place) > 0) || places[0] : [...places].reverse().find((place) => after(place) < 0) || places[places.length - 1];
  goTo(found.key, found.field);
}
