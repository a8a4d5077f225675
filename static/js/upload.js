// A form with data-upload tells how much of a large file has arrived, and lets go of it. Small files go the plain way,
// as all do without this module. The answer is shown as after any form: the next page, or the refusal's own words.
const LARGE = 1024 * 1024;

const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(1);

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function refusalIn(html) {
  const page = new DOMParser().parseFromString(html || "", "text/html");
  const found = page.querySelector("[data-refusal], .error-summary, .invalid-feedback");
  return found ? found.textContent.replace(/\s+/g, " ").trim() : "";
}

function send(form, body) {
  const request = new XMLHttpRequest();
  const bar = element("progress", { max: "100", value: "0", "aria-label": "上传进度" });
  const words = element("span", { class: "muted" });
  const stop = element("button", { type: "button", class: "btn btn-sm btn-secondary" }, "取消上传");
  const line = element("p", { class: "toolbar mt-2", role: "status" }, bar, words, stop);
  form.querySelector("[data-upload-progress]")?.remove();
  line.dataset.uploadProgress = "";
  form.append(line);
  const end = (said) => {
    line.replaceChildren(said);
    window.dispatchEvent(new Event("pageshow"));
  };
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (100 * event.loaded) / event.total;
    words.textContent =
      event.loaded < event.total
        ? `已上传 ${megabytes(event.loaded)} / ${megabytes(event.total)} MB，请不要关闭本页`
        : "已全部上传，正在检查";
    stop.hidden = event.loaded >= event.total;
  });
  request.addEventListener("load", () => {
    const moved = new URL(request.responseURL).pathname !== new URL(form.action).pathname;
    if (request.status === 200 && moved) location.assign(request.responseURL);
    else end(refusalIn(request.responseText) || "没有上传成功。请刷新页面再试。");
  });
  request.addEventListener("error", () => end("网络中断，没有上传成功，此前的内容没有变化。请检查网络后再上传。"));
  request.addEventListener("abort", () => end("已取消上传，此前的内容没有变化。"));
  stop.addEventListener("click", () => request.abort());
  request.open("POST", form.action);
  request.send(body);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !("upload" in form.dataset)) return;
  const large = [...form.querySelectorAll("input[type=file]")].some((input) => input.files[0]?.size >= LARGE);
  if (!large) return;
  event.preventDefault();
  send(form, new FormData(form, event.submitter));
});
