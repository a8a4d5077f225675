// [data-ticks]: a box in the head ticks the rows of this page; the count is always said; buttons with data-needs-ticks
// wait until a row is ticked. Only the ticked ids are posted, never "all under the filter".
function follow(scope) {
  const all = scope.querySelector("[data-tick-all]");
  const rows = () => [...scope.querySelectorAll("input[data-tick]:not(:disabled)")];
  const said = scope.querySelector("[data-tick-count]");
  const refresh = () => {
    const boxes = rows();
    const count = boxes.filter((box) => box.checked).length;
    for (const box of boxes) {
      const row = box.closest("tr");
      if (row) row.classList.toggle("is-chosen", box.checked);
    }
    if (all) {
      all.checked = count > 0 && count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
    if (said) said.textContent = `已选 ${count} 条（本页 ${boxes.length} 条）`;
    for (const button of scope.querySelectorAll("[data-needs-ticks]")) button.disabled = count === 0;
  };
  scope.addEventListener("change", (event) => {
    if (event.target === all) for (const box of rows()) box.checked = all.checked;
    if (event.target === all || event.target.matches("[data-tick]")) refresh();
  });
  scope.addEventListener("htmx:afterSwap", refresh);
  refresh();
}

document.querySelectorAll("[data-ticks]").forEach(follow);
