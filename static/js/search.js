// "/" leads to the search box unless something is being typed; Escape leaves it.
const box = document.getElementById("top-search");
const typing = (element) => element.closest("input, textarea, select, [contenteditable=true], dialog");

if (box) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (typing(event.target)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.blur();
  });
}
