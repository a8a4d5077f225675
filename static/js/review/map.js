// The map of the row at hand: where it is and was, what is registered around it, the rows beside it in the sheet.
/* global L */
import { county } from "../map.js";

const NEAR = 17; // a pixel is about a metre
const COLOURS = {
  here: { color: "#a3211b", fillColor: "#e0645c" },
  was: { color: "#a3211b", fillColor: "#ffffff" },
  own: { color: "#4a5767", fillColor: "#c3ccd6" },
  foreign: { color: "#7d4a00", fillColor: "#f0b64d" },
  beside: { color: "#17653a", fillColor: "#a9d8bb" },
};

const holder = document.createElement("div");
holder.className = "bench-map";
let map = null;
let marks = null;
let home = null;

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
  for (const [y, x, words] of data.beside) point([y, x], "beside", words, 3);
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
  if (!map) {
    map = county(holder, JSON.parse(document.getElementById("bench-ground").textContent), { keyboard: true });
    marks = L.layerGroup().addTo(map);
    holder.setAttribute("role", "application");
    holder.setAttribute("aria-label", "地图。方向键移动，加减号缩放；邻近的摄像机列在下面");
  }
  map.invalidateSize({ animate: false });
  home = () => {
    if (data.was) map.fitBounds(L.latLngBounds([data.here, data.was]).pad(0.4), { maxZoom: NEAR, animate: false });
    else map.setView(data.here, NEAR, { animate: false });
  };
  home();
  draw(data, others);
}

export function center() {
  if (home && holder.isConnected) home();
}
