// The list and the row at hand: moving, ticking, turning pages. What comes next is fetched before it is asked for.
import * as map from "./map.js";
import { bench, complain, filters, number, part, tell } from "./page.js";

const list = document.getElementById("bench-list");
const item = document.getElementById("bench-item");
const around = document.getElementById("bench-around");
const about = document.querySelector("[data-about]");
const KEPT = 40;

export const rows = () => [...list.querySelectorAll(".queue-row")];
export const current = () => list.querySelector(".queue-row.is-current");
export const rowOf = (key) => list.querySelector(`.queue-row[data-key="${key}"]`);
const boxes = () => [...list.querySelectorAll("[data-tick]")];
export const ticked = () => boxes().filter((box) => box.checked);
const sheet = () => document.getElementById("bench-rows");

// --- rows in full -------------------------------------------------------------------------------------------------
const fetched = new Map();

function fetchRow(key) {
  if (!fetched.has(key)) {
    const answer = part(`${bench.dataset.row}?${filters({ row: key })}`);
    answer.catch(() => fetched.delete(key));
    fetched.set(key, answer);
    if (fetched.size > KEPT) fetched.delete(fetched.keys().next().value);
  }
  return fetched.get(key);
}

/** What was said of these rows has changed. */
export function forget(keys) {
  for (const key of keys) fetched.delete(String(key));
}

function points() {
  return rows().filter((row) => row.dataset.at).map((row) => row.dataset.at.split(",").map(Number));
}

let asked = 0;

/** Open a row: it becomes the one at hand at once, and its content follows. */
export async function open(row, { focus = true, anew = false } = {}) {
  const before = current();
  if (before && before !== row) {
    before.classList.remove("is-current");
    before.querySelector(".queue-link").removeAttribute("aria-current");
  }
  row.classList.add("is-current");
  const link = row.querySelector(".queue-link");
  link.setAttribute("aria-current", "true");
  if (focus) link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  const turn = (asked += 1);
  const key = row.dataset.key;
  window.history.replaceState(null, "", `?${filters({ row: key })}`);
  if (!anew) item.setAttribute("aria-busy", "true");
  try {
    const found = await fetchRow(key);
    if (turn !== asked) return;
    const whole = item.querySelector("[data-rest]") && item.querySelector("[data-rest]").open;
    const copy = found.cloneNode(true);
    item.replaceChildren(...copy.getElementById("bench-item-new").childNodes);
    around.replaceChildren(...copy.getElementById("bench-around-new").childNodes);
    item.scrollTop = 0;
    const rest = item.querySelector("[data-rest]");
    if (rest && whole) rest.open = true;
    place(row);
    map.show(around, points());
    const next = row.nextElementSibling;
    if (next) fetchRow(next.dataset.key).catch(() => {});
  } catch (problem) {
    if (turn === asked) complain(problem.message);
  } finally {
    if (turn === asked) item.removeAttribute("aria-busy");
  }
}

/** Open the row with this key, be it on the page of the list or not. */
export function go(key) {
  const row = rowOf(key);
  if (row) open(row);
  else if (!held()) window.location.assign(`?${filters({ row: key })}`);
}

function place(row) {
  const said = item.querySelector("[data-place]");
  const start = Number(sheet().dataset.start);
  if (said) said.textContent = `第 ${number(start + rows().indexOf(row))} / ${sheet().dataset.count} 行`;
}

/** The row at hand once more, as it is now. */
export function reopen() {
  const row = current();
  if (row) open(row, { focus: false, anew: true });
}

// --- moving -------------------------------------------------------------------------------------------------------
export function step(by) {
  const row = current();
  const next = row ? (by > 0 ? row.nextElementSibling : row.previousElementSibling) : rows()[0];
  if (next) open(next);
  else turn(by);
}

/** The next row on which nothing was said yet. */
export function toOpen() {
  const all = rows();
  const at = all.indexOf(current());
  const next = [...all.slice(at + 1), ...(list.querySelector("[data-turn='1']") ? [] : all)].find((row) => !row.dataset.own);
  if (next) open(next);
  else if (list.querySelector("[data-turn='1']")) turn(1);
  else tell("这一列都看过了。还有未审的行，点上方“未审”。");
}

/** Whether ticks keep one on this page of the list; says so. */
function held() {
  const chosen = ticked().length;
  if (chosen) complain(`还有 ${chosen} 行勾选没有办理。请先办理，或取消勾选，再翻页。`);
  return chosen > 0;
}

let turning = false;

/** The page before or after; ticks are of this page alone and never lost without a word. */
export async function turn(by) {
  const link = list.querySelector(`[data-turn="${by}"]`);
  if (!link) {
    tell(by > 0 ? "已经是最后一行" : "已经是第一行");
    return;
  }
  if (turning || held()) return;
  turning = true;
  try {
    await load(Number(sheet().dataset.page) + by, by > 0 ? "first" : "last");
  } catch (problem) {
    complain(problem.message);
  } finally {
    turning = false;
  }
}

async function load(page, which) {
  const told = filters({ page });
  const found = await part(`${bench.dataset.rows}?${told}${which === "last" ? "&row=last" : ""}`);
  window.history.replaceState(null, "", `?${told}`);
  list.replaceChildren(...found.body.childNodes);
  begin();
  const all = rows();
  const row = which === "last" ? all[all.length - 1] : all[0];
  if (row) await open(row);
  else window.location.reload();
}

// --- ticks --------------------------------------------------------------------------------------------------------
export function retick() {
  const all = boxes();
  const count = ticked().length;
  const whole = list.querySelector("[data-tick-all]");
  for (const box of all) box.closest(".queue-row").classList.toggle("is-ticked", box.checked);
  if (whole) {
    whole.checked = count > 0 && count === all.length;
    whole.indeterminate = count > 0 && count < all.length;
  }
  if (about) about.textContent = count ? `勾选的 ${count} 行` : "当前这一行";
}

export function tick() {
  const box = current() && current().querySelector("[data-tick]");
  if (!box) return;
  box.checked = !box.checked;
  retick();
}

list.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  retick();
});
list.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest(".queue-link");
  const other = event.target.closest("[data-turn]");
  if (!link && !other) return;
  event.preventDefault();
  if (link) open(link.closest(".queue-row"));
  else turn(Number(other.dataset.turn));
});

function begin() {
  const whole = list.querySelector("[data-tick-all]");
  if (whole) whole.hidden = false;
  retick();
}

for (const link of document.querySelectorAll(".item-nav")) link.remove(); // the bar and the keys do it from here on
begin();
const first = current();
if (first) {
  map.show(around, points());
  first.scrollIntoView({ block: "nearest" });
  const next = first.nextElementSibling;
  if (next) fetchRow(next.dataset.key).catch(() => {});
}
