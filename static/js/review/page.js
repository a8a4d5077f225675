// What all parts of the workbench share: its elements, what is said to the person, and requests that never lose words.
export const bench = document.querySelector("[data-bench]");
export const form = document.getElementById("decide-rows");
export const reason = document.getElementById("reason");
const alerts = document.getElementById("alerts");
const status = document.querySelector("[data-status]");
const SEEN = 5000; // milliseconds that what went well stays in sight
let hides = 0;

/** The filters of the address, without the row at hand. */
export function filters(changes = {}) {
  const told = new URLSearchParams(window.location.search);
  told.delete("row");
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) told.delete(name);
    else told.set(name, value);
  }
  return told;
}

export const number = (value) => value.toLocaleString("zh-CN");

/** What went wrong stays on the page until the next thing that went well. */
export function complain(words) {
  const notice = document.createElement("div");
  notice.className = "notice is-bad";
  const text = document.createElement("div");
  text.textContent = words;
  notice.append(text);
  alerts.replaceChildren(notice);
}

export function tell(words) {
  alerts.replaceChildren();
  if (!status) return;
  status.textContent = words;
  status.classList.add("is-shown");
  window.clearTimeout(hides);
  hides = window.setTimeout(() => status.classList.remove("is-shown"), SEEN);
}

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const OFFLINE = "网络不通，这一步没有完成，写的内容都还在。请检查网络后再按一次。";
const BROKEN = "系统出了差错，这一步没有完成，写的内容都还在。请稍后再试。";

async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, headers: { Accept: "application/json" } });
  } catch {
    throw new Refusal(0, OFFLINE);
  }
  if (response.redirected || response.status === 401) throw new Refusal(401, "登录已失效，这一步没有完成。请在新窗口重新登录，回到这里再按一次。");
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Refusal(response.status, told.message || BROKEN);
}

/** A part of the page as a document. */
export async function part(url) {
  const response = await ask(url);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

export async function post(url, body) {
  const response = await ask(url, { method: "POST", body });
  return response.json();
}

export async function json(url) {
  const response = await ask(url);
  return response.json();
}
