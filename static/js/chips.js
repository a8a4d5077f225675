// A list with data-more="12" shows its first 12 items and a button for the rest; without script it shows them all.
function fold(list) {
  const keep = Number(list.dataset.more) || 12;
  const rest = [...list.children].slice(keep);
  if (rest.length < 2) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip";
  const holder = document.createElement("li");
  holder.append(button);
  list.append(holder);
  const set = (open) => {
    rest.forEach((item) => (item.hidden = !open));
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "收起" : `还有 ${rest.length} 处`;
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-expanded") !== "true"));
  set(false);
}

const foldAll = (root) => root.querySelectorAll("[data-more]:not([data-folded])").forEach((list) => {
  list.dataset.folded = "yes";
  fold(list);
});
foldAll(document);
document.addEventListener("htmx:load", (event) => foldAll(event.detail.elt));
