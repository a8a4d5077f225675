// A result that is ready shows itself, unless somebody has begun to fill in something on the page: then it is offered.
function begun() {
  if (document.querySelector("dialog[open]")) return true;
  return [...document.querySelectorAll("form[method=post] :is(input, select, textarea)")].some((one) => {
    if (one.type === "file") return one.files.length > 0;
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.tagName === "SELECT") {
      const chosen = [...one.options].findIndex((option) => option.defaultSelected);
      return one.selectedIndex !== Math.max(chosen, 0);
    }
    return one.type !== "hidden" && one.value !== one.defaultValue;
  });
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Refresh") !== "true" || !begun()) return;
  event.preventDefault();
  const notice = document.createElement("div");
  notice.className = "notice is-good";
  notice.setAttribute("role", "status");
  const words = document.createElement("div");
  words.textContent = "结果已经出来。您在本页有还没提交的内容，处理好后请刷新页面查看。";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-secondary end";
  button.textContent = "刷新页面";
  button.addEventListener("click", () => window.location.reload());
  notice.append(words, button);
  event.detail.elt.replaceWith(notice);
});
