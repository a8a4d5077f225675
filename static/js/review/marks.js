// Pass, return, question: posted with the page's stamp, one at a time. What is refused changes nothing and loses nothing.
import { current, forget, reopen, retick, rowOf, step, ticked } from "./list.js";
import { complain, form, number, post, reason, tell } from "./page.js";
import { remember, write } from "./reason.js";

let busy = false;

const urlOf = (decision) => {
  const button = form.querySelector(`[data-mark="${decision}"]`);
  return button.getAttribute("formaction") || form.getAttribute("action");
};

/** The rows that a mark would be about, as their keys: the ticked ones, else the one at hand. */
function meant() {
  const chosen = ticked().map((box) => box.value);
  if (chosen.length) return chosen;
  const row = current();
  return row ? [row.dataset.key] : [];
}

/** Whether the row at hand still needs a choice before it can be passed. */
function choiceMissing(keys) {
  const item = document.querySelector("[data-item]");
  if (!item || !("collided" in item.dataset) || !keys.includes(item.dataset.item)) return false;
  const offered = item.querySelectorAll("[name=choice]");
  if (!offered.length || [...offered].some((one) => one.checked)) return false;
  complain("这一行的编码和别的单位相同：先选怎样处理，再按通过。");
  offered[0].focus();
  return true;
}

export async function mark(decision) {
  const keys = meant();
  if (busy || !keys.length) return;
  if (decision === "pass" && choiceMissing(keys)) return;
  const words = decision === "pass" ? "" : reason.value.trim();
  if (decision !== "pass" && !words) {
    complain(decision === "return" ? "请写明退回理由：哪里不对，应当怎么改。" : "请写明要问什么。");
    write(decision);
    return;
  }
  const body = new FormData(form);
  body.delete("keys");
  for (const key of keys) body.append("keys", key);
  if (decision === "pass") body.delete("reason");
  busy = true;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await post(urlOf(decision), body);
    show(keys, decision, words, answer);
  } catch (problem) {
    complain(problem.message);
    if (problem.code === 409 || problem.code === 403) offerReload();
  } finally {
    busy = false;
    form.removeAttribute("aria-busy");
  }
}

function show(keys, decision, words, answer) {
  for (const key of keys) {
    const row = rowOf(key);
    if (!row) continue;
    row.dataset.own = decision;
    row.querySelector("[data-said]").innerHTML = answer.badge; // made by the server from its own words
    const box = row.querySelector("[data-tick]");
    if (box) box.checked = false;
  }
  retick();
  count(answer);
  forget(keys);
  if (words) {
    remember(words);
    reason.value = "";
    reason.blur();
  }
  tell(`${answer.message}已审 ${done(answer.tally)}`);
  const row = current();
  if (keys.length === 1 && row && row.dataset.key === keys[0]) step(1);
  if (row === current()) {
    reopen();
    // Off the button that was pressed: the space bar ticks a row and must not pass another one.
    if (row) row.querySelector(".queue-link").focus({ preventScroll: true });
  }
}

const decided = (tally) => tally.pass + tally.return;
const all = (tally) => decided(tally) + tally.question + tally.open;
const done = (tally) => `${number(decided(tally))} / ${number(all(tally))}`;

function count({ tally, obstacles, sampled }) {
  const drawn = document.querySelector("[data-sampled]");
  if (drawn && sampled !== null) drawn.textContent = number(sampled);
  const told = { ...tally, done: decided(tally) };
  for (const place of document.querySelectorAll("[data-tally]")) place.textContent = number(told[place.dataset.tally]);
  const bar = document.querySelector("[data-progress]");
  if (bar) bar.value = decided(tally);
  const closing = document.getElementById("close-form");
  if (!closing) return;
  closing.dataset.confirm = `办结本方审核（通过 ${number(tally.pass)} 行，退回 ${number(tally.return)} 行）？`;
  closing.querySelector("[data-close]").disabled = decided(tally) < all(tally) || obstacles.length > 0;
  if (obstacles.length) complain(obstacles.join(""));
}

function offerReload() {
  const notice = document.querySelector("#alerts .notice");
  if (!notice) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-secondary end";
  button.textContent = "刷新页面";
  button.addEventListener("click", () => window.location.reload());
  notice.append(button);
}
