// The map of the row at hand: where it is and was, what is registered around it, the rows beside it in the sheet; and,
// asked for once, the rows of the whole round among what is registered there.
/* global L */
import { county } from "../map.js";
import { bench, complain, filters, json } from "./page.js";

const NEAR = 17; // a pixel is about a metre
const COLOURS = {
  here: { color: "#a3211b", fillColor: "#e0645c" },
  was: { color: "#a3211b", fillColor: "#ffffff" },
  own: { color: "#4a5767", fillColor: "#c3ccd6" },
  foreign: { color: "#7d4a00", fillColor: "#f0b64d" },
  beside: { color: "#17653a", fillColor: "#a9d8bb" },
  attention: { color: "#7a5a00", fillColor: "#ffe08a" },
  bad: { color: "#a3211b", fillColor: "#f7c5c2" },
};
const FAR = 15; // the closest that the whole round is fitted to

const holder = document.createElement("div");
holder.className = "bench-map";
let map = null;
let marks = null;
let home = null;
let spread = null; // the dots of the whole round, once they were asked for
let whole = null; // its bounds
let opened = () => {};
let redraw = () => {};

function point(at, kind, words = "", radius = 5) {
  const mark = L.circleMarker(at, { radius, weight: 2, fillOpacity: 1, ...COLOURS[kind], interactive: Boolean(words) }).addTo(marks);
  if (words) {
    // What a cell says is text, never markup.
    const text = document.createElement("span");
    text.textContent = words;
    mark.bindTooltip(text);
  }
  return mark;
}

function draw(data, others) {
  marks.clearLayers();
  for (const at of others) point(at, "beside", "", 3);
  // Beneath them lie the dots of the whole round, once they are there: those are pointed at and opened.
  for (const [y, x, words] of data.beside) point([y, x], "beside", spread ? "" : words, 3);
  for (const [y, x, words, foreign] of data.near) point([y, x], foreign ? "foreign" : "own", words, 5);
  if (data.was) {
    L.polyline([data.was, data.here], { color: COLOURS.here.color, weight: 1, interactive: false }).addTo(marks);
    point(data.was, "was", data.wasWords, 6);
  }
  point(data.here, "here", "这一行", 7).bringToFront();
}

/** Show what the fragment brought, on the one map that stays; without Leaflet the list of neighbours says it all. */
export function show(root, others) {
  const place = root.querySelector("[data-map]");
  const told = root.querySelector("#bench-map-data");
  if (!place || !told || typeof L === "undefined") return;
  const data = JSON.parse(told.textContent);
  if (!data.here) return;
  place.replaceWith(holder);
  root.querySelector("[data-map-key]").hidden = false;
  root.querySelector("[data-map-acts]").hidden = false;
  if (!map) {
    map = county(holder, JSON.parse(document.getElementById("bench-ground").textContent), { keyboard: true });
    map.createPane("spread"); // below the row at hand and its neighbours, see the style sheet
    marks = L.layerGroup().addTo(map);
    holder.setAttribute("role", "application");
    holder.setAttribute("aria-label", "地图。方向键移动，加减号缩放；邻近的摄像机列在下面");
  }
  map.invalidateSize({ animate: false });
  home = () => {
    if (data.was) map.fitBounds(L.latLngBounds([data.here, data.was]).pad(0.4), { maxZoom: NEAR, animate: false });
    else map.setView(data.here, NEAR, { animate: false });
  };
  // Who looks at the whole round goes on looking at it while the mark of the row at hand moves.
  if (!holder.classList.contains("is-whole")) home();
  label();
  redraw = () => draw(data, others);
  redraw();
}

/** What a click on a row's dot does: `act` is given the row's key. */
export function onOpen(act) {
  opened = act;
}

function dot(at, kind, words, radius, key) {
  const mark = L.circleMarker(at, { renderer: spread.renderer, radius, weight: 1, fillOpacity: 1, ...COLOURS[kind] }).addTo(spread);
  const text = document.createElement("span");
  text.textContent = words;
  mark.bindTooltip(text);
  if (key !== undefined) mark.on("click", () => opened(String(key)));
}

/** The whole round on the map; fetched once, and kept while one goes from row to row. */
async function ask() {
  const told = await json(`${bench.dataset.places}?${filters()}`);
  spread = L.layerGroup();
  spread.renderer = L.canvas({ padding: 0.2, pane: "spread", tolerance: 4 });
  for (const [y, x, words, foreign] of told.near) dot([y, x], foreign ? "foreign" : "own", words, 3);
  for (const [y, x, key, words, tone] of told.rows) dot([y, x], tone || "beside", words, 3, key);
  spread.addTo(map);
  whole = told.rows.length ? L.latLngBounds(told.rows.map(([y, x]) => [y, x])).pad(0.1) : null;
  spread.says = told.says;
  redraw();
}

/** From the row at hand to the whole round, and back. */
export async function toggle() {
  if (!home || !holder.isConnected) return;
  if (holder.classList.contains("is-whole")) {
    holder.classList.remove("is-whole");
    home();
    label();
    return;
  }
  try {
    if (!spread) await ask();
  } catch (problem) {
    complain(problem.message);
    return;
  }
  holder.classList.add("is-whole");
  if (whole) map.fitBounds(whole, { maxZoom: FAR, animate: false });
  label();
}

/** The words on the map's button and below it. */
function label() {
  const far = holder.classList.contains("is-whole");
  const button = document.querySelector("[data-do=map]");
  if (button) button.firstChild.textContent = far ? "回到这一行" : "看本次全部行";
  for (const key of document.querySelectorAll("[data-map-whole]")) key.hidden = !far;
  const says = document.querySelector("[data-map-says]");
  if (!says) return;
  says.textContent = far ? `${spread.says}点一个点，打开那一行。` : "";
}
