// Rules for htmx: what the page asks for by itself does not count as activity, and a refusal is always said in words.
const alerts = document.getElementById("alerts");
const WORDS = {
  0: "网络不通，这一步没有完成。请检查网络后再试。",
  401: "登录已失效，请重新登录。",
  403: "您的岗位没有这项权限。",
  404: "没有找到，可能已被删除或不属于您的单位。请刷新页面。",
  409: "状态已变化，这一步没有完成。请刷新页面再看。",
  413: "内容太大，系统收不下。",
  422: "内容需要修改，这一步没有完成。",
  429: "操作太频繁，请稍后再试。",
};
const BROKEN = "系统出了差错，这一步没有完成。请稍后再试。";

function refusalIn(html) {
  const found = new DOMParser().parseFromString(html || "", "text/html").querySelector("[data-refusal]");
  return found ? found.textContent.trim() : "";
}

function say(words) {
  const notice = document.createElement("div");
  notice.className = "notice is-bad";
  const icon = document.createElement("i");
  icon.className = "bi bi-x-circle";
  icon.setAttribute("aria-hidden", "true");
  const text = document.createElement("div");
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-sm btn-secondary end";
  close.textContent = "知道了";
  close.addEventListener("click", () => notice.remove());
  notice.append(icon, text, close);
  alerts.replaceChildren(notice);
  alerts.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:configRequest", (event) => {
  // A request without an event of a person behind it was made by a timer.
  if (!event.detail.triggeringEvent) event.detail.headers["HX-Polling"] = "1";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // The form with its errors comes back as 422 and is shown; a page of refusal is not put inside another page.
  if (event.detail.xhr.status === 422 && !refusalIn(event.detail.xhr.responseText)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  say(refusalIn(responseText) || WORDS[status] || BROKEN);
});
document.addEventListener("htmx:sendError", () => say(WORDS[0]));
document.addEventListener("htmx:timeout", () => say(WORDS[0]));
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.triggeringEvent) alerts.replaceChildren();
});
