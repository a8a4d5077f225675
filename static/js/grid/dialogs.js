// Questions before something that concerns many cells: what it would do is shown first, with its count.
function element(tag, text, className = "") {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function sample(told) {
  const table = element("table", "", "data");
  const head = table.createTHead().insertRow();
  for (const title of ["行", "现在", "改成"]) {
    const cell = element("th", title);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const one of told.sample) {
    const row = body.insertRow();
    for (const text of [`第 ${one.row} 行`, one.before || "（空白）", one.after || "（空白）"]) row.insertCell().textContent = text;
  }
  return table;
}

export function showPreview(place, told) {
  const nothing = told.count === 0;
  const said = nothing ? "没有符合的单元格。" : `共 ${told.count} 处，${told.count > told.sample.length ? `前 ${told.sample.length} 处：` : "如下："}`;
  const locked = told.locked ? [element("p", `另有 ${told.locked} 行已入库，不能在线修改，不在其中。`, "muted")] : [];
  place.replaceChildren(element("p", said), ...locked, ...(nothing ? [] : [sample(told)]));
}

// Resolves to whether it was agreed to.
export function sure(title, button, told) {
  const dialog = document.getElementById("sure-dialog");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("[data-apply]").textContent = button;
  const place = dialog.querySelector("[data-preview]");
  if (told.sample) showPreview(place, told);
  else place.replaceChildren(element("p", told.words));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

export function setUpReplace(columns, here, preview, apply) {
  const dialog = document.getElementById("replace-dialog");
  if (!dialog) return () => {};
  const form = dialog.querySelector("form");
  const place = dialog.querySelector("[data-preview]");
  const button = dialog.querySelector("[data-apply]");
  for (const column of columns) form.elements.column.add(new Option(column.title, column.key));
  let counted = 0;
  const asked = () => ({
    column: form.elements.column.value,
    find: form.elements.find.value,
    with: form.elements.with.value,
    whole: form.elements.whole.checked,
  });
  const forget = () => {
    button.disabled = true;
    place.replaceChildren();
  };
  form.addEventListener("input", forget);
  const look = async () => {
    try {
      const told = await preview(asked());
      counted = told.count;
      showPreview(place, told);
      button.disabled = told.count === 0;
      button.textContent = told.count ? `替换这 ${told.count} 处` : "全部替换";
      if (told.count) button.focus();
    } catch (problem) {
      place.replaceChildren(element("p", problem.message, "is-error"));
    }
  };
  dialog.querySelector("[data-preview-now]").addEventListener("click", look);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input") && !event.isComposing) {
      event.preventDefault();
      look();
    }
  });
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (await apply({ ...asked(), count: counted })) dialog.close();
  });
  return () => {
    forget();
    if (here()) form.elements.column.value = here().column;
    form.elements.find.value = here() ? here().text : "";
    form.elements.with.value = "";
    dialog.showModal();
    form.elements.with.focus();
  };
}
