// Where the members of a proposal are; the list below the map says the same. Positions come as the person may see them.
/* global L */
import { county } from "./map.js";

const COLOURS = {
  stays: { color: "#17653a", fillColor: "#a9d8bb" },
  own: { color: "#1f4f9c", fillColor: "#b9d0f3" },
  other: { color: "#7d4a00", fillColor: "#f0b64d" },
};
const CLOSE = 18;
const BLURRED = 13; // positions of two decimals are a kilometre apart

const holder = document.querySelector("[data-proposal-map]");
if (holder && typeof L !== "undefined") {
  const points = JSON.parse(document.getElementById("proposal-points").textContent);
  holder.hidden = false;
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", "地图。方向键移动，加减号缩放；各成员的位置列在下面");
  const map = county(holder, JSON.parse(document.getElementById("proposal-ground").textContent), { keyboard: true });
  for (const { at, words, stays, own } of points) {
    const text = document.createElement("span"); // what a cell says is text, never markup
    text.textContent = words;
    const kind = stays ? "stays" : own ? "own" : "other";
    L.circleMarker(at, { radius: 7, weight: 2, fillOpacity: 0.9, ...COLOURS[kind] }).addTo(map).bindTooltip(text);
  }
  const exact = points.every((one) => one.exact);
  map.fitBounds(L.latLngBounds(points.map((one) => one.at)).pad(0.3), { maxZoom: exact ? CLOSE : BLURRED, animate: false });
}
