// What the page was given, and what holds for all of its parts.
const columns = JSON.parse(document.getElementById("grid-columns").textContent);
export const settings = JSON.parse(document.getElementById("grid-settings").textContent);
export const shown = columns.filter((column) => !column.hidden);
export const PAGE = 200;
export const state = {
  edition: settings.edition,
  stale: settings.stale,
  editable: settings.editable,
  waiver: settings.urls.waiver || "",
  pending: new Set(),
  typed: null,
  move: () => {},
  ended: () => {},
  acts: {},
  only: settings.focus && settings.focus.all ? "all" : settings.focus && settings.focus.returned ? "returned" : "findings",
  code: settings.focus && settings.focus.code ? settings.focus.code : "",
  next: null,
  total: 0,
  loading: false,
  view: 0,
};
export const bar = document.querySelector(".grid-bar");
export const saved = document.getElementById("grid-saved");
// A row that stands accepted is read-only: the words say why, and what to do where it must be put right all the same.
export const LOCKED = "已入库";
export const LOCKED_WORDS = "这一行已入库，不能在线修改。确需更正的，请联系数据局或公安局重新开启本件；也可以改好表格后重新上传，改动的行会重新送审。";

export const number = (value) => value.toLocaleString("zh-CN");

export function say(words) {
  document.getElementById("alerts").replaceChildren();
  if (!words) return;
  const notice = document.createElement("div");
  notice.className = "notice is-bad";
  notice.textContent = words;
  document.getElementById("alerts").append(notice);
}
