// The server's side of the sheet: one request at a time, so that each change meets the cells as the last one left them.
const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options.headers } });
  } catch {
    throw new Refusal(0, "网络不通，刚才的修改没有保存。请检查网络后再试。");
  }
  if (response.status === 401 || response.redirected) {
    throw new Refusal(401, "登录已失效，刚才的修改没有保存。请重新登录后继续。");
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, told.message || "系统出了差错，刚才的修改没有保存。请稍后再试。");
  return told;
}

let last = Promise.resolve();

export function get(url, query = {}) {
  const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  return ask(words.toString() ? `${url}?${words}` : url, { method: "GET" });
}

export function post(url, body) {
  const go = () =>
    ask(url, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": token() } });
  const answer = last.then(go, go);
  last = answer.catch(() => {});
  return answer;
}
