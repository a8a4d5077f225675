// A file input in [data-drop] takes a file dropped on it and shows its name and size. The input stays the control:
// it has the focus, the keyboard and the value; without this module it is a plain file input.
const size = (bytes) => {
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
};

function line(tag, words, className) {
  const made = document.createElement(tag);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

function show(zone, input, name) {
  const files = [...input.files];
  const limit = Number(input.dataset.maxBytes || 0);
  zone.classList.toggle("has-file", files.length > 0);
  name.replaceChildren(
    ...(files.length ? [] : [line("span", input.dataset.drop || "把文件拖到这里，或点“选择文件”", "muted")]),
    ...files.flatMap((file) => [
      line("b", file.name),
      limit && file.size > limit
        ? line("span", `${size(file.size)}，超过 ${size(limit)}，系统收不下。请另选文件。`, "too-big")
        : line("span", size(file.size), "muted"),
    ]),
  );
}

function live(zone) {
  const input = zone.querySelector("input[type=file]");
  const face = zone.querySelector(".drop-face");
  if (!input || !face) return;
  const name = face.querySelector(".drop-name");
  face.hidden = false;
  zone.classList.add("is-live");
  show(zone, input, name);
  input.addEventListener("change", () => show(zone, input, name));
  if (input.form) input.form.addEventListener("reset", () => setTimeout(() => show(zone, input, name)));
  face.addEventListener("click", () => input.click());
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("is-over", depth > 0);
  };
  zone.addEventListener("dragenter", (event) => {
    event.preventDefault();
    over(1);
  });
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    const files = event.dataTransfer.files;
    if (!files.length || input.disabled) return;
    if (input.multiple || files.length === 1) {
      input.files = files;
    } else {
      const one = new DataTransfer();
      one.items.add(files[0]);
      input.files = one.files;
    }
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.querySelectorAll("[data-drop]").forEach(live);
// A file dropped beside the zone must not make the browser leave the page.
for (const type of ["dragover", "drop"]) document.addEventListener(type, (event) => event.preventDefault());
