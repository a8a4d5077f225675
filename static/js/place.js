// A position picked on a map: click, or move with the arrow keys and press Enter, and the two text fields are filled.
// The fields stay the equals of the map: what is typed into them moves its mark. Positions are WGS-84.
//
// Without tiles of the county's own the map is a grid of degrees with the county's extent and the unit's own points.
/* global L */

const CLOSE = 16; // from this zoom on a pixel is about two metres; farther out a click only comes nearer
const STEPS = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
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

function metresAPixel(map) {
  const middle = map.getSize().divideBy(2);
  const a = map.containerPointToLatLng(middle);
  return a.distanceTo(map.containerPointToLatLng(middle.add([1, 0])));
}

function lengthOf(metres) {
  if (metres >= 1000) return `${Math.round(metres / 1000)} 公里`;
  return metres >= 10 ? `${Math.round(metres)} 米` : `${metres.toFixed(1)} 米`;
}

/** Lines of even degrees over what is in view, with their labels at the left and lower edge. */
function graticule(map, layer) {
  layer.clearLayers();
  const view = map.getBounds();
  const wide = view.getEast() - view.getWest();
  const step = STEPS.filter((one) => wide >= one * 3)[0] ?? STEPS[STEPS.length - 1];
  const digits = Math.max(1, Math.round(-Math.log10(step) + 0.49));
  const line = (points) => L.polyline(points, { color: "#9aa7b4", weight: 1, interactive: false }).addTo(layer);
  const label = (point, text, anchor) =>
    L.marker(point, {
      icon: L.divIcon({ className: "place-degree", html: `<span>${text}</span>`, iconSize: [60, 16], iconAnchor: anchor }),
      interactive: false,
      keyboard: false,
    }).addTo(layer);
  for (let x = Math.ceil(view.getWest() / step) * step; x <= view.getEast(); x += step) {
    line([[view.getSouth(), x], [view.getNorth(), x]]);
    if (map.latLngToContainerPoint([view.getSouth(), x]).x > 60) label([view.getSouth(), x], `${x.toFixed(digits)}°`, [20, 18]);
  }
  for (let y = Math.ceil(view.getSouth() / step) * step; y <= view.getNorth(); y += step) {
    line([[y, view.getWest()], [y, view.getEast()]]);
    if (map.latLngToContainerPoint([y, view.getWest()]).y < map.getSize().y - 30) label([y, view.getWest()], `${y.toFixed(digits)}°`, [-4, 8]);
  }
}

/** The scale in Chinese words. */
const scale = () =>
  new (L.Control.Scale.extend({
    _updateMetric(most) {
      const metres = this._getRoundNum(most);
      this._updateScale(this._mScale, lengthOf(metres), metres / most);
    },
  }))({ imperial: false, position: "bottomright" });

function points(map, told, kind) {
  for (const [latitude, longitude] of told)
    L.circleMarker([latitude, longitude], { radius: 4, weight: 2, fillOpacity: 1, interactive: false, ...COLOURS[kind] })
      .addTo(map);
}

function extent(data) {
  const [west, south, east, north] = data.box;
  return L.latLngBounds([south, west], [north, east]);
}

function drawn(holder, data) {
  const map = L.map(holder, {
    attributionControl: false,
    zoomControl: false,
    doubleClickZoom: false,
    minZoom: 8,
    maxZoom: 20,
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    maxBounds: extent(data).pad(0.5),
  });
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小", position: "topright" }).addTo(map);
  scale().addTo(map);
  if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  if (data.outline) L.geoJSON(data.outline, { style: { color: "#4a5767", weight: 2, fill: false }, interactive: false }).addTo(map);
  else L.rectangle(extent(data), { color: "#4a5767", weight: 2, dashArray: "6 4", fill: false, interactive: false }).addTo(map);
  points(map, data.registered, "registered");
  points(map, data.entered, "entered");
  const lines = L.layerGroup().addTo(map);
  if (!data.tiles) map.on("moveend resize", () => graticule(map, lines));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(holder); // A, A+, A++
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
