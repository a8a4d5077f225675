// A registered thing and what lies around it; the list below the map says the same.
/* global L */
import { county } from "./map.js";

const HERE = { radius: 8, weight: 2, fillOpacity: 0.9, color: "#1f4f9c", fillColor: "#b9d0f3" };
const OTHER = { radius: 6, weight: 2, fillOpacity: 0.9, color: "#7d4a00", fillColor: "#f0b64d" };
const CLOSE = 18;

const holder = document.querySelector("[data-thing-map]");
if (holder && typeof L !== "undefined") {
  const told = JSON.parse(document.getElementById("thing-map-data").textContent);
  holder.hidden = false;
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", "小地图。方向键移动，加减号缩放；邻近的摄像机列在下面");
  const map = county(holder, told.ground, { keyboard: true, scrollWheelZoom: false });
  const mark = (at, words, look) => {
    const text = document.createElement("span"); // what a cell says is text, never markup
    text.textContent = words;
    L.circleMarker(at, look).addTo(map).bindTooltip(text);
  };
  for (const [latitude, longitude, words] of told.others) mark([latitude, longitude], words, OTHER);
  mark(told.here, told.name, HERE);
  map.setView(told.here, CLOSE, { animate: false });
}
