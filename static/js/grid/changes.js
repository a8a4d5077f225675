// Changes on their way to the server: cells, blocks, fixes, rows taken out, the last act taken back.
import { post } from "./api.js";
import { parseBlock } from "./block.js";
import { setUpReplace, sure } from "./dialogs.js";
import { LOCKED_WORDS, number, say, saved, settings, shown, state } from "./page.js";
import { load, more, refresh, repaint, rest, show, told } from "./rows.js";
import { activeCell, activeRange, held, jump, look, rowOf, table } from "./sheet.js";

const MOST_CELLS = 5000;

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

const isLocked = (key) => Boolean(rowOf(key) && rowOf(key).getData().locked);

export async function change(cells, way) {
  const wanted = cells.filter((cell) => cell.value !== cell.was);
  const changed = wanted.filter((cell) => !isLocked(cell.key));
  const left = new Set(wanted.filter((cell) => isLocked(cell.key)).map((cell) => cell.key)).size;
  const answer = await sendCells(changed, way);
  if (left) say(left === 1 && !changed.length ? LOCKED_WORDS : `有 ${number(left)} 行已入库，不能在线修改，这些行没有改动。`);
  return answer;
}

function sendCells(changed, way) {
  if (!changed.length) return Promise.resolve(null);
  if (changed.length > MOST_CELLS) {
    say(`一次最多改 ${number(MOST_CELLS)} 个单元格，这次有 ${number(changed.length)} 个。请分几次粘贴。`);
    return Promise.resolve(null);
  }
  return send(settings.urls.changes, { way, cells: changed }, changed);
}

export const asChange = (cell, value) => ({ key: cell.getData().key, column: cell.getField(), value, was: cell.getValue() || "" });

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

export async function paste(text) {
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

export const acts = {
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
state.acts = acts;
