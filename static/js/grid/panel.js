// Under the sheet: the cell at hand, what is wrong with it, how to mend it, and the buttons that do.
import { findingsAt, isBeingRecounted } from "./cells.js";
import { LOCKED, LOCKED_WORDS } from "./page.js";

function element(tag, text, className = "") {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function icon(name) {
  const made = element("i", "", `bi bi-${name}`);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function lockMark() {
  const made = element("span", "", "state is-good");
  made.append(icon("lock"), LOCKED);
  return made;
}

function button(label, act) {
  const made = element("button", label, "btn btn-sm btn-secondary");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function line(finding, data, state, acts) {
  const item = element("li");
  const words = element("div");
  if (finding.waived) {
    item.className = "is-waived";
    item.append(icon("shield-check"), words);
    words.append(element("b", "已豁免 "), `${finding.code} ${finding.message}`);
    return item;
  }
  if (isBeingRecounted(finding, state.stale)) {
    item.className = "muted";
    item.append(icon("arrow-repeat"), words);
    words.append(`${finding.code} 重新计算中`);
    return item;
  }
  const bad = finding.severity === "error";
  const says = element("span", `${finding.code} ${finding.message}`, bad ? "is-error" : "is-warning");
  item.append(icon(bad ? "x-circle" : "exclamation-triangle"), words);
  words.append(says, element("br"), element("span", finding.fix, "grid-fix"));
  if (state.editable && !data.locked) {
    const texts = Object.values(finding.fixes || {});
    if (texts.length) {
      item.append(button(`采用“${texts.join("，")}”`, () => acts.fix(finding, data)), button("同类全部采用…", () => acts.fixAll(finding)));
    }
    if (finding.waivable && state.waiver) {
      const ask = element("a", "申请豁免", "btn btn-sm btn-secondary");
      ask.href = state.waiver.replace(/0$/, finding.id);
      item.append(ask);
    }
  }
  return item;
}

export function showCell(cell, columns, state, acts) {
  const place = document.getElementById("grid-cell");
  if (!cell) return;
  const data = cell.getData();
  const column = columns.find((one) => one.key === cell.getField());
  if (!column) return;
  const head = element("div", "", "grid-cell-head");
  head.append(element("b", `${data.sheet} 第 ${data.row} 行 · ${column.title}`), element("span", cell.getValue() || "（空白）", "code"));
  if (data.edited.includes(column.key)) head.append(element("span", "已在线修改", "muted"));
  if (data.locked) head.append(lockMark());
  const found = findingsAt(data, column.key);
  const list = element("ul");
  for (const finding of found) list.append(line(finding, data, state, acts));
  const rest = data.findings.length - found.length;
  const help = found.length ? "" : `${column.required ? "必填。" : ""}${column.help || ""}${rest > 0 ? `　这一行的其他列还有 ${rest} 处问题。` : ""}`;
  const why = data.locked && state.editable ? [element("p", LOCKED_WORDS)] : [];
  place.replaceChildren(head, ...why, ...(found.length ? [list] : [element("p", help, "muted")]));
}
