// The map of the county: asks for what is in view, draws clusters or single cameras, and picks by cluster or rectangle.
// Cells are those of dashboards/map/grid.py; what a pick holds is listed by the server, and its own page is the equal.
/* global L, htmx */
import { county, extent } from "./map.js";

const LAST_VIEW = "county-map-view";
const FINEST_KEPT = 15; // the finest zoom that is counted beforehand
const PICKED = { color: "#0b62c4", weight: 2, dashArray: "4 3", fillOpacity: 0.08, interactive: false };

const toCell = (degrees, zoom) => Math.floor((degrees + 0.005) * 100 * 2 ** (zoom - 13));
const toDegrees = (cell, zoom) => (cell / (100 * 2 ** (zoom - 13))) - 0.005;
const thousands = (n) => n.toLocaleString("zh-CN");
const short = (n) => (n < 10000 ? String(n) : `${(n / 10000).toFixed(n < 100000 ? 1 : 0)}万`);

function svg(name, attributes, parent) {
  const element = L.SVG.create(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

/** Colours as the legend shows them, by their place in it. */
function legendColours() {
  const found = {};
  for (const key of document.querySelectorAll("[data-map-key]"))
    found[key.dataset.mapKey] = getComputedStyle(key).backgroundColor;
  return found;
}

function start(holder, told) {
  const colours = legendColours();
  const said = document.querySelector("[data-map-said]");
  const panel = document.querySelector("[data-map-picked]");
  const rectangle = document.querySelector("[data-map-rectangle]");
  holder.replaceChildren();
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", "地图。方向键移动，加减号缩放，Tab 键到各个圆圈，回车选中；清单内容相同");
  document.querySelector("[data-map-acts]").hidden = false;
  const map = county(holder, told.ground, { zoomSnap: 0.25, boxZoom: false });
  const drawn = L.layerGroup().addTo(map);
  let picked = null;
  let asking = null;

  const zoomOf = () => Math.max(8, Math.min(20, Math.floor(map.getZoom() + 0.3)));
  const boxOf = (bounds, zoom) => {
    const edge = (degrees) => Math.max(0, toCell(degrees, zoom));
    return [edge(bounds.getWest()), edge(bounds.getSouth()), edge(bounds.getEast()), edge(bounds.getNorth())];
  };
  const boundsOf = ([west, south, east, north], zoom) =>
    L.latLngBounds([toDegrees(south, zoom), toDegrees(west, zoom)], [toDegrees(north + 1, zoom), toDegrees(east + 1, zoom)]);
  const address = (url, zoom, box) => `${url}${url.includes("?") ? "&" : "?"}z=${zoom}&box=${box.join(",")}`;
  const colourOf = (value) => colours[told.places[value] ?? 0] ?? colours[0] ?? "#6b7785";

  /** Lists what the box holds beside the map, and marks the box. */
  function pick(zoom, box) {
    picked?.remove();
    picked = L.rectangle(boundsOf(box, zoom), PICKED).addTo(map);
    panel.hidden = false;
    htmx.ajax("GET", address(told.picked, zoom, box), { target: "#map-picked", swap: "innerHTML" });
  }

  function cluster(at, zoom) {
    const { x, y, n, lon, lat, parts } = at;
    const size = Math.min(56, Math.round(24 + 7 * Math.log10(n)));
    const icon = svg("svg", { width: size, height: size, viewBox: "0 0 40 40", "aria-hidden": "true" });
    svg("circle", { cx: 20, cy: 20, r: 19, fill: "#ffffff" }, icon);
    let done = 0;
    const words = [];
    for (let i = 0; i < parts.length; i += 2) {
      const value = told.keys[parts[i]];
      const share = (parts[i + 1] / n) * 100;
      svg("circle", {
        cx: 20, cy: 20, r: 16.5, fill: "none", stroke: colourOf(value), "stroke-width": 6, pathLength: 100,
        "stroke-dasharray": `${share} ${100 - share}`, "stroke-dashoffset": -done, transform: "rotate(-90 20 20)",
      }, icon);
      done += share;
      if (words.length < 3) words.push(`${told.others[value] ?? "其余"} ${thousands(parts[i + 1])}`);
    }
    const text = svg("text", { x: 20, y: 20.5 }, icon);
    text.textContent = short(n);
    // Near the middle of its cell, so that neighbours do not cover one another.
    const inside = (value, cell) => Math.min(toDegrees(cell + 0.7, zoom), Math.max(toDegrees(cell + 0.3, zoom), value));
    const marker = L.marker([inside(lat, y), inside(lon, x)], {
      icon: L.divIcon({ className: "map-cluster", html: icon, iconSize: [size, size] }),
      title: `${thousands(n)} 台`,
      autoPanOnFocus: false, // all are in view, and a map that moves draws them anew
    });
    const take = () => pick(zoom, [x, y, x, y]);
    marker.on("click", take);
    drawn.addLayer(marker);
    const element = marker.getElement();
    element.setAttribute("aria-label", `${thousands(n)} 台：${words.join("，")}`);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      take();
    });
  }

  function point({ id, name, who, lon, lat, key, rough }) {
    const icon = svg("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
    svg("circle", { cx: 8, cy: 8, r: 6, fill: colourOf(told.keys[key]), stroke: "#ffffff", "stroke-width": 2 }, icon);
    const words = document.createElement("p");
    words.className = "map-popup";
    const link = document.createElement("a");
    link.href = told.camera.replace("/0/", `/${id}/`);
    link.textContent = name;
    words.append(link, document.createElement("br"), `${who}${rough ? "，位置已模糊" : ""}`);
    // By keyboard single cameras are reached in the list beside the map: dots may lie on one another.
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ className: "map-point", html: icon, iconSize: [16, 16] }), keyboard: false, title: name,
    });
    drawn.addLayer(marker.bindPopup(words, { closeButton: false }));
  }

  const rows = (columns) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  };

  async function refresh() {
    asking?.abort();
    const mine = (asking = new AbortController());
    const zoom = zoomOf();
    const box = boxOf(map.getBounds(), zoom);
    let answer;
    try {
      const response = await fetch(address(told.cells, zoom, box), { signal: mine.signal, headers: { accept: "application/json" } });
      if (!response.ok || response.redirected) throw new Error(String(response.status));
      answer = await response.json();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      said.textContent = "图上的内容没有取到。请检查网络，或刷新页面重新登录。";
      return;
    }
    const held = holder.contains(document.activeElement) && document.activeElement !== holder;
    told.keys = answer.keys;
    drawn.clearLayers();
    if (answer.points) rows(answer.points).forEach(point);
    else rows(answer.clusters).forEach((one) => cluster(one, zoom));
    if (held) holder.focus({ preventScroll: true });
    said.textContent = `画面里 ${thousands(answer.total)} 台。`;
    holder.dataset.shown = answer.points ? "points" : "clusters";
    const { lat, lng } = map.getCenter();
    try {
      sessionStorage.setItem(LAST_VIEW, JSON.stringify([lat, lng, map.getZoom()]));
    } catch {
      // a browser without storage begins with the whole county each time
    }
  }

  // --- picking by rectangle
  let from = null;
  let shape = null;
  function picking(on) {
    rectangle.setAttribute("aria-pressed", String(on));
    holder.classList.toggle("is-picking", on);
    if (on) map.dragging.disable();
    else map.dragging.enable();
    shape?.remove();
    from = shape = null;
    if (on) said.textContent = "按住鼠标在图上拖一个框。按 Esc 取消。";
  }
  rectangle.addEventListener("click", () => picking(rectangle.getAttribute("aria-pressed") !== "true"));
  map.on("mousedown", (event) => {
    if (rectangle.getAttribute("aria-pressed") === "true") from = event.latlng;
  });
  map.on("mousemove", (event) => {
    if (!from) return;
    shape?.remove();
    shape = L.rectangle(L.latLngBounds(from, event.latlng), PICKED).addTo(map);
  });
  document.addEventListener("mouseup", () => {
    if (!from) return;
    const bounds = shape?.getBounds();
    picking(false);
    if (!bounds) return;
    const zoom = zoomOf();
    const fine = zoom <= FINEST_KEPT - 2 ? Math.min(zoom + 4, FINEST_KEPT) : Math.min(zoom + 4, 22);
    pick(fine, boxOf(bounds, fine));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && rectangle.getAttribute("aria-pressed") === "true") picking(false);
  });
  document.querySelector("[data-map-view]").addEventListener("click", () => pick(zoomOf(), boxOf(map.getBounds(), zoomOf())));
  document.querySelector("[data-map-all]").addEventListener("click", () => map.fitBounds(extent(told.ground), { animate: false }));
  document.querySelector("[data-map-zoom]").addEventListener("click", () => {
    if (picked) map.fitBounds(picked.getBounds(), { animate: false, maxZoom: 20 });
  });

  map.on("moveend", refresh);
  let last = null;
  try {
    last = JSON.parse(sessionStorage.getItem(LAST_VIEW));
  } catch {
    last = null;
  }
  if (Array.isArray(last) && last.every(Number.isFinite)) map.setView(last.slice(0, 2), last[2], { animate: false });
  else map.fitBounds(extent(told.ground), { animate: false });
}

const holder = document.querySelector("[data-county-map]");
const data = document.getElementById("map-told");
if (holder && data && typeof L !== "undefined") start(holder, JSON.parse(data.textContent));
