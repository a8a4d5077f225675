// What every map of ours is made of: the county's extent, a grid of degrees where there are no tiles, a scale in words.
// Positions are WGS-84; nothing is ever fetched but tiles of the county's own, where a setting names them.
/* global L */

const STEPS = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];

/** Metres that a pixel of the map is wide. */
export function metresAPixel(map) {
  const middle = map.getSize().divideBy(2);
  const a = map.containerPointToLatLng(middle);
  return a.distanceTo(map.containerPointToLatLng(middle.add([1, 0])));
}

/** A length as people say it. */
export function lengthOf(metres) {
  if (metres >= 1000) return `${Math.round(metres / 1000)} 公里`;
  return metres >= 10 ? `${Math.round(metres)} 米` : `${metres.toFixed(1)} 米`;
}

/** Lines of even degrees over what is in view, with their labels at the left and lower edge. */
function graticule(map, layer) {
  layer.clearLayers();
  const view = map.getBounds();
  const wide = view.getEast() - view.getWest();
  // As many lines as have room for their labels, six at most.
  const room = Math.max(72, map.getSize().x / 6);
  const step = STEPS.filter((one) => (one / wide) * map.getSize().x >= room).pop() ?? STEPS[0];
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

/** The county's box as bounds. */
export function extent(ground) {
  const [west, south, east, north] = ground.box;
  return L.latLngBounds([south, west], [north, east]);
}

/** A map of the county in this element. `ground`: box, outline, tiles. */
export function county(holder, ground, options = {}) {
  const map = L.map(holder, {
    attributionControl: false,
    zoomControl: false,
    doubleClickZoom: false,
    minZoom: 8,
    maxZoom: 20,
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    maxBounds: extent(ground).pad(0.5),
    ...options,
  });
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小", position: "topright" }).addTo(map);
  scale().addTo(map);
  if (ground.tiles) L.tileLayer(ground.tiles, { maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
  if (ground.outline) L.geoJSON(ground.outline, { style: { color: "#4a5767", weight: 2, fill: false }, interactive: false }).addTo(map);
  else L.rectangle(extent(ground), { color: "#4a5767", weight: 2, dashArray: "6 4", fill: false, interactive: false }).addTo(map);
  const lines = L.layerGroup().addTo(map);
  if (!ground.tiles) map.on("moveend resize", () => graticule(map, lines));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(holder); // A, A+, A++
  return map;
}
