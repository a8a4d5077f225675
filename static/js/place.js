// A position picked on a map: click, or move with the arrow keys and press Enter, and the two text fields are filled.
// The fields stay the equals of the map: what is typed into them moves its mark. Positions are WGS-84.
//
// Without tiles of the county's own the map is a grid of degrees with the county's extent and the unit's own points.
/* global L */
import { county, extent, lengthOf, metresAPixel } from "./map.js";

const CLOSE = 16; // from this zoom on a pixel is about two metres; farther out a click only comes nearer
const COLOURS = {
  registered: { color: "#5d6a79", fillColor: "#c3ccd6" },
  entered: { color: "#17653a", fillColor: "#a9d8bb" },
  here: { color: "#a3211b", fillColor: "#efb9b4" },
};

/** Six decimals, the sixth not 0 as the form asks; a step of the sixth is 0.1 m, far below a pixel. */
export function degrees(value) {
  const text = value.toFixed(6);
  return text.endsWith("0") ? `${text.slice(0, -1)}1` : text;
}

/** The number that a field says, NaN unless it is a plain decimal. */
function said(field) {
  const text = field.value.trim();
  return /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : NaN;
}

function points(map, told, kind) {
  for (const [latitude, longitude] of told)
    L.circleMarker([latitude, longitude], { radius: 4, weight: 2, fillOpacity: 1, interactive: false, ...COLOURS[kind] })
      .addTo(map);
}

function drawn(holder, data) {
  const map = county(holder, data);
  points(map, data.registered, "registered");
  points(map, data.entered, "entered");
  return map;
}

function start(aside, data) {
  const field = (key) => document.getElementById(`id_${key}`);
  const [longitude, latitude, datum, picked] = ["longitude", "latitude", "datum", "picked"].map(field);
  const holder = aside.querySelector("[data-place-map]");
  const status = aside.querySelector("[data-place-said]");
  aside.hidden = false;
  aside.parentElement.classList.add("has-map");
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", "地图。方向键移动，加减号缩放，回车取图中心");
  const map = drawn(holder, data);
  let mark = null;

  const unsaid = data.datum === "wgs84"; // a row that names no datum is in the file's
  const isWgs84 = () => (datum?.value ? datum.value.startsWith("WGS-84") : unsaid);
  const hint = () =>
    map.getZoom() < CLOSE
      ? `一个像素约 ${lengthOf(metresAPixel(map))}：先点一下放大到附近，再点一下定位置。`
      : `点一下定位置，精度约 ${lengthOf(metresAPixel(map))}。`;
  const show = (at) => {
    mark?.remove();
    mark = at && L.circleMarker(at, { radius: 7, weight: 3, fillOpacity: 0.9, interactive: false, ...COLOURS.here }).addTo(map);
  };
  const home = () => {
    const known = [...data.registered, ...data.entered].map(([lat, lon]) => [lat, lon]);
    map.fitBounds(known.length ? L.latLngBounds(known).pad(0.3) : extent(data), { maxZoom: CLOSE });
  };

  function take(at) {
    if (map.getZoom() < CLOSE) {
      map.setView(at, Math.min(map.getZoom() + 3, CLOSE));
      return;
    }
    longitude.value = degrees(at.lng);
    latitude.value = degrees(at.lat);
    if (datum && !isWgs84()) datum.value = unsaid ? "" : [...datum.options].find((one) => one.value.startsWith("WGS-84")).value;
    picked.value = "True";
    show(at);
    status.textContent = `已取 ${longitude.value}, ${latitude.value}（WGS-84，地图点选，精度约 ${lengthOf(metresAPixel(map))}）。`;
  }

  function follow() {
    const at = [said(latitude), said(longitude)];
    if (at.some(Number.isNaN) || !isWgs84() || !map.options.maxBounds.contains(at)) {
      show(null);
      status.textContent = isWgs84() ? hint() : "所选坐标系不是 WGS-84，图上不标这个点；点选会改成 WGS-84。";
      return;
    }
    show(at);
    map.setView(at, Math.max(map.getZoom() || 0, CLOSE));
    status.textContent = hint();
  }

  home();
  follow();
  map.on("click", (event) => take(event.latlng));
  map.on("zoomend", () => { status.textContent = hint(); });
  holder.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    take(map.getCenter());
  });
  for (const one of [longitude, latitude, datum])
    one?.addEventListener("change", () => {
      picked.value = "";
      follow();
    });
  aside.querySelector("[data-place-here]").addEventListener("click", () => take(map.getCenter()));
  aside.querySelector("[data-place-all]").addEventListener("click", () => map.fitBounds(extent(data)));
}

const aside = document.querySelector("[data-place]");
const data = document.getElementById("place-data");
if (aside && data && typeof L !== "undefined") start(aside, JSON.parse(data.textContent));
