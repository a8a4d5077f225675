// Rows from the server: a page of them, further ones, the same ones again once the whole file was counted anew.
import { get } from "./api.js";
import { isWide } from "./cells.js";
import { PAGE, bar, number, say, settings, state } from "./page.js";
import { activeCell, editing, flat, goTo, held, hold, jump, look, rowOf, table } from "./sheet.js";

export function told(answer) {
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

export async function load() {
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
  table.options.placeholder = state.code || state.only === "findings" ? "没有有问题的行了。" : state.only === "returned" ? "这张表里没有退回的行。" : "还没有数据。";
}

export function rest() {
  const count = table.getDataCount();
  const more = document.getElementById("grid-more");
  more.hidden = !state.next;
  more.firstElementChild.textContent = `已显示 ${number(count)} / ${number(Math.max(state.total, count))} 行`;
}

export async function more() {
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
export function repaint(row) {
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

export function show(rows) {
  for (const row of rows) {
    const there = rowOf(row.key);
    if (there) there.update(flat(row)).then(() => repaint(there));
  }
  look();
}

// After the whole-file rules ran: the rows in view again; one that is mended stays where it was until the list is asked for anew.
export async function refresh() {
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
