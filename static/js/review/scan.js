// The stamped scan at full width beside the figures that it attests; without script the picture opens in its own window.
const link = document.querySelector("[data-scan]");

export function look() {
  if (!link) return;
  const dialog = document.createElement("dialog");
  dialog.className = "ask scan-dialog";
  dialog.setAttribute("aria-label", "盖章扫描件与报送数字");
  const picture = document.createElement("img");
  picture.src = link.href;
  picture.alt = "盖章扫描件第一页";
  const frame = document.createElement("div");
  frame.className = "scan-frame";
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "扫描件，可滚动");
  frame.append(picture);
  const side = document.createElement("div");
  const title = document.createElement("h2");
  title.textContent = "本版的数字";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-primary";
  close.textContent = "关闭";
  close.addEventListener("click", () => dialog.close());
  side.append(title, document.querySelector(".paper-says").cloneNode(true), close);
  dialog.append(frame, side);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

if (link)
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    look();
  });
