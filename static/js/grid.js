// The sheet on screen: rows with findings or all of them, edited in place. Every change goes to the server at once and
// comes back judged; what is shown is never older than what was last saved.
import { get, post } from "./grid/api.js";
import { parseBlock, writeBlock } from "./grid/block.js";
import { findingsAt, isOpen, isWide, makeEditor, paint } from "./grid/cells.js";
import { setUpReplace, sure } from "./grid/dialogs.js";
import { showCell } from "./grid/panel.js";

const columns = JSON.parse(document.getElementById("grid-columns").textContent);
const settings = JSON.parse(document.getElementById("grid-settings").textContent);
const shown = columns.filter((column) => !column.hidden);
const PAGE = 200;
const MOST_CELLS = 5000;
const state = {
  edition: settings.edition,
  stale: settings.stale,
  editable: settings.editable,
  waiver: settings.urls.waiver || "",
  pending: new Set(),
  typed: null,
  move: () => {},
  ended: () => {},
  only: settings.focus && settings.focus.all ? "all" : "findings",
  code: settings.focus && settings.focus.code ? settings.focus.code : "",
  next: null,
  total: 0,
  loading: false,
  view: 0,
};
const bar = document.querySelector(".grid-bar");
const saved = document.getElementById("grid-saved");
const number = (value) => value.toLocaleString("zh-CN");

const flat = (row) => ({ ...row.cells, key: row.key, place: row.row, sheet: row.sheet, slot: row.slot, row: row.row, edited: row.edited, findings: row.findings });

const table = new Tabulator("#grid-table", {
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
  rowHeader: { field: "place", title: "行", width: 58, resizable: false, frozen: true, headerSort: false, cssClass: "is-place", hozAlign: "right" },
  columnDefaults: { headerSort: false, resizable: "header", minWidth: 56, maxInitialWidth: 260 },
  columns: shown.map((column) => ({
    title: column.title,
    field: column.key,
    width: Math.round(column.width * 8) + 24,
    editor: state.editable ? makeEditor(column, state) : undefined,
    editable: state.editable,
    cssClass: column.key === "code" ? "is-code" : "",
    formatter: (cell) => paint(cell, state),
  })),
});
const surface = () => document.querySelector("#grid-table .tabulator-tableholder");
const ready = new Promise((resolve) => {
  table.on("tableBuilt", () => {
    // The scrolling part takes the keys, so to a screen reader it is the body of the sheet.
    surface().setAttribute("role", "rowgroup");
    document.querySelector("#grid-table .tabulator-table").setAttribute("role", "presentation");
    document.querySelector("#grid-table .tabulator-range-overlay").setAttribute("aria-hidden", "true");
    document.getElementById("grid-table").removeAttribute("aria-owns");
    document.getElementById("grid-table").setAttribute("aria-label", "表里的行");
    resolve();
  });
});

// Tabulator complains of rows that it does not have, and answers may come for rows that the list no longer shows.
const held = new Set();
const rowOf = (key) => (held.has(key) ? table.getRow(key) : null);
const hold = (rows) => rows.forEach((row) => held.add(row.key));

function say(words) {
  document.getElementById("alerts").replaceChildren();
  if (!words) return;
  const notice = document.createElement("div");
  notice.className = "notice is-bad";
  notice.textContent = words;
  document.getElementById("alerts").append(notice);
}

// ---- where we are -------------------------------------------------------------------------------------------------

const activeRange = () => table.getRanges()[0];
function activeCell() {
  const range = activeRange();
  const cells = range ? range.getStructuredCells() : [];
  return cells.length && cells[0].length ? cells[0][0] : null;
}

function goTo(key, field) {
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

function look() {
  showCell(activeCell(), shown, state, acts);
}

function jump(step) {
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

// ---- from the server ----------------------------------------------------------------------------------------------

function told(answer) {
  state.edition = answer.edition;
  state.stale = answer.stale;
  document.getElementById("grid-stale").hidden = !answer.stale;
  const counts = answer.counts;
  if (counts) {
    const removed = counts.removed ? ` + 已删除 ${number(counts.removed)}` : "";
    const total = counts.good + counts.wrong + counts.ignored + (counts.removed || 0);
    const sum = `读到 ${number(total)} 行 = 可提交 ${number(counts.good)} + 有错 ${number(counts.wrong)} + 忽略 ${number(counts.ignored)}${removed}`;
    document.getElementById("grid-sum").textContent = `${sum}　错误 ${number(counts.errors)} 处，提醒 ${number(counts.warnings)} 处`;
  }
  if (answer.undoable !== undefined) {
    const undo = bar.querySelector("[data-do=undo]");
    if (undo) undo.disabled = !answer.undoable;
  }
  if (answer.codes) offer(answer.codes);
  if (state.stale) watch();
}

function offer(codes) {
  const select = document.getElementById("grid-rule");
  const options = Object.entries(codes)
    .sort((one, other) => other[1] - one[1])
    .map(([code, count]) => new Option(`${code} ${settings.rules[code] || ""}（${number(count)}）`, code));
  if (state.code && !(state.code in codes)) options.unshift(new Option(`${state.code}（0）`, state.code));
  select.replaceChildren(new Option("全部规则", ""), ...options);
  select.value = state.code;
}

const query = (extra = {}) => ({ only: state.code ? "findings" : state.only, code: state.code, limit: PAGE, ...extra });

async function load() {
  state.loading = true;
  state.view += 1;
  try {
    const here = activeCell();
    const back = here ? { key: here.getData().key, column: here.getField() } : null;
    const around = settings.focus && settings.focus.key ? { around: settings.focus.key } : {};
    const answer = await get(settings.urls.rows, query(around));
    accept(answer);
    held.clear();
    await table.replaceData(answer.rows.map(flat));
    hold(answer.rows);
    rest();
    if (around.around) goTo(settings.focus.key, settings.focus.column);
    else if (back && held.has(back.key)) goTo(back.key, back.column);
    else if (answer.rows.length) jump(1);
    settings.focus = null;
    told(answer);
  } catch (problem) {
    say(problem.message);
  } finally {
    state.loading = false;
  }
}

function accept(answer) {
  state.next = answer.next;
  state.total = answer.total;
  table.options.placeholder = state.only === "findings" || state.code ? "没有有问题的行了。" : "还没有数据。";
}

function rest() {
  const count = table.getDataCount();
  const more = document.getElementById("grid-more");
  more.hidden = !state.next;
  more.firstElementChild.textContent = `已显示 ${number(count)} / ${number(Math.max(state.total, count))} 行`;
}

async function more() {
  if (!state.next || state.loading) return;
  state.loading = true;
  try {
    const answer = await get(settings.urls.rows, query({ after: state.next }));
    accept(answer);
    await table.addData(answer.rows.map(flat));
    hold(answer.rows);
    rest();
  } catch (problem) {
    say(problem.message);
  } finally {
    state.loading = false;
  }
}

// Painting a row anew would close the box that somebody types into: such a row waits until they are done.
const later = new Set();
function repaint(row) {
  if (row.getElement().querySelector(".tabulator-editing")) later.add(row.getData().key);
  else row.reformat();
}
state.ended = () => {
  const waiting = [...later];
  later.clear();
  for (const key of waiting) {
    const row = rowOf(key);
    if (row) repaint(row);
  }
};

function show(rows) {
  for (const row of rows) {
    const there = rowOf(row.key);
    if (there) there.update(flat(row)).then(() => repaint(there));
  }
  look();
}

// After the whole-file rules ran: the rows in view again; one that is mended stays where it was until the list is asked for anew.
async function refresh() {
  const view = state.view;
  const before = table.getData().map((row) => row.key);
  const fresh = new Map();
  let after = "";
  let edition = null;
  do {
    const answer = await get(settings.urls.rows, query(after ? { after } : {}));
    if (!after) {
      edition = answer.edition;
      if (edition < state.edition) return;
      told(answer);
    }
    answer.rows.forEach((row) => fresh.set(row.key, row));
    after = answer.next;
  } while (after && fresh.size < before.length);
  for (const key of before) {
    const now = fresh.get(key);
    fresh.delete(key);
    // Never under the hands of somebody who is typing, and never what was true before their last change.
    while (editing() || state.pending.size) await new Promise((resolve) => setTimeout(resolve, 200));
    if (view !== state.view || edition !== state.edition) return;
    const row = rowOf(key);
    if (!row) continue;
    const data = row.getData();
    const mended = now ? flat(now) : { findings: data.findings.filter((one) => !isWide(one.code)) };
    if (Object.keys(mended).every((name) => JSON.stringify(mended[name]) === JSON.stringify(data[name]))) continue;
    await row.update(mended);
    repaint(row);
  }
  while (editing() || state.pending.size) await new Promise((resolve) => setTimeout(resolve, 200));
  if (fresh.size && edition === state.edition && view === state.view) {
    await table.addData([...fresh.values()].map(flat));
    hold([...fresh.values()]);
  }
  rest();
  look();
}

let watching = false;
async function watch() {
  if (watching) return;
  watching = true;
  try {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const answer = await get(settings.urls.status);
      if (answer.stale) continue;
      told(answer);
      await refresh();
      // Something may have been changed while the rows were fetched.
      if (!state.stale) return;
    }
  } catch (problem) {
    say(problem.message);
  } finally {
    watching = false;
  }
}

// ---- changes ------------------------------------------------------------------------------------------------------

function mark(cells, pending) {
  for (const { key, column } of cells) {
    if (pending) state.pending.add(`${key} ${column}`);
    else state.pending.delete(`${key} ${column}`);
    const row = rowOf(key);
    if (row) repaint(row);
  }
}

async function send(url, body, cells = []) {
  say("");
  saved.textContent = "正在保存…";
  mark(cells, true);
  try {
    const answer = await post(url, body);
    mark(cells, false);
    for (const key of answer.removed || []) {
      const row = rowOf(key);
      held.delete(key);
      if (row) row.delete();
    }
    show(answer.rows || []);
    told(answer);
    const count = (answer.rows || []).length;
    saved.textContent = count > 1 ? `已保存，涉及 ${number(count)} 行` : "已保存";
    return answer;
  } catch (problem) {
    mark(cells, false);
    saved.textContent = "没有保存";
    say(problem.message);
    await refresh().catch(() => {});
    return null;
  }
}

function change(cells, way) {
  const changed = cells.filter((cell) => cell.value !== cell.was);
  if (!changed.length) return Promise.resolve(null);
  if (changed.length > MOST_CELLS) {
    say(`一次最多改 ${number(MOST_CELLS)} 个单元格，这次有 ${number(changed.length)} 个。请分几次粘贴。`);
    return Promise.resolve(null);
  }
  return send(settings.urls.changes, { way, cells: changed }, changed);
}

const asChange = (cell, value) => ({ key: cell.getData().key, column: cell.getField(), value, was: cell.getValue() || "" });

table.on("cellEdited", (cell) => {
  const value = cell.getValue() || "";
  const was = cell.getOldValue() || "";
  if (value !== was) change([{ key: cell.getData().key, column: cell.getField(), value, was }], "edit");
});
table.on("cellEditing", () => document.getElementById("alerts").replaceChildren());
state.move = (way) => {
  table.modules.selectRange.navigate(false, false, way);
  look();
};

async function paste(text) {
  const block = parseBlock(text);
  const start = activeCell();
  if (!block.length || !start) return;
  const range = activeRange();
  const fields = shown.map((column) => column.key);
  const left = fields.indexOf(start.getField());
  const rowAt = () => table.getRows("active").findIndex((row) => row.getData().key === start.getData().key);
  // One value over a larger selection fills it, as in Excel.
  const single = block.length === 1 && block[0].length === 1;
  if (single && range.getCells().length > 1) {
    await change(range.getCells().map((cell) => asChange(cell, block[0][0].trim())), "paste");
    return;
  }
  const top = rowAt();
  while (table.getDataCount() < top + block.length && state.next) await more();
  const rows = table.getRows("active").slice(top, top + block.length);
  const cells = rows.flatMap((row, down) =>
    block[down].flatMap((value, right) => {
      const field = fields[left + right];
      return field ? [asChange(row.getCell(field), value.trim())] : [];
    }),
  );
  const wide = Math.max(...block.map((row) => row.length));
  await change(cells, "paste");
  const left_out = [];
  if (rows.length < block.length) left_out.push(`下面只有 ${rows.length} 行，剪贴板里的后 ${block.length - rows.length} 行没有粘贴`);
  if (left + wide > fields.length) left_out.push(`右边的 ${left + wide - fields.length} 列没有粘贴`);
  if (left_out.length) say(`${left_out.join("；")}。`);
}

const acts = {
  next: () => jump(1),
  undo: async () => {
    const answer = await send(settings.urls.undo, {});
    if (answer && (answer.restored || []).length) await load();
  },
  more,
  help: () => document.getElementById("help-dialog").showModal(),
  fix: (finding, data) => send(settings.urls.fixes, { code: finding.code, keys: [data.key], apply: true }),
  fixAll: async (finding) => {
    try {
      const preview = await post(settings.urls.fixes, { code: finding.code, keys: null, apply: false });
      if (await sure(`采用 ${finding.code} 的全部建议`, `采用这 ${number(preview.count)} 处`, preview)) {
        const answer = await send(settings.urls.fixes, { code: finding.code, keys: null, apply: true, count: preview.count });
        if (answer) await refresh();
      }
    } catch (problem) {
      say(problem.message);
    }
  },
  remove: async () => {
    const range = activeRange();
    const rows = range ? range.getRows().map((row) => row.getData()) : [];
    if (!rows.length) return;
    const names = rows.slice(0, 3).map((row) => `第 ${row.row} 行 ${row.name || ""}`).join("、");
    const words = `将删除 ${rows.length} 行：${names}${rows.length > 3 ? " 等" : ""}。删除后可以撤销；原文件不变。`;
    if (await sure("删除行", `删除这 ${rows.length} 行`, { words })) {
      await send(settings.urls.remove, { keys: rows.map((row) => row.key) });
      rest();
    }
  },
};
acts.replace = setUpReplace(
  shown,
  () => {
    const cell = activeCell();
    return cell ? { column: cell.getField(), text: cell.getValue() || "" } : null;
  },
  (asked) => post(settings.urls.replace, { ...asked, only: "all", apply: false }),
  async (asked) => {
    const answer = await send(settings.urls.replace, { ...asked, only: "all", apply: true });
    if (answer) await refresh();
    return answer;
  },
);

// ---- keys, mouse, clipboard ---------------------------------------------------------------------------------------

const editing = () => document.activeElement && document.activeElement.closest(".tabulator-editing");
const inGrid = () => {
  const ground = document.getElementById("grid-table");
  return ground.contains(document.activeElement) && !editing();
};

function edit(typed) {
  const cell = activeCell();
  if (!cell || !state.editable) return;
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
      if (finding && state.editable) acts.fix(finding, cell.getData());
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
