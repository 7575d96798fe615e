/** The map's style: land, a graticule, rings of distance, towns, stations. No tiles, no glyphs, no borders. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { type Palette, palette } from "./palette";

export const SOURCES = ["land", "graticule", "rings", "places", "clusters", "stations", "me"] as const;
export type SourceName = (typeof SOURCES)[number];

const EMPTY = { type: "FeatureCollection" as const, features: [] };
const ZH_FONT = ["sans-serif"];

const byLook = (free: string, full: string, other: string): ExpressionSpecification => [
  "match",
  ["get", "look"],
  "free",
  free,
  "full",
  full,
  other,
];

export function style(dark: boolean): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(SOURCES.map((name) => [name, { type: "geojson", data: EMPTY }])),
    layers: layers(palette(dark)),
  };
}

export function layers(c: Palette): LayerSpecification[] {
  return [
    { id: "water", type: "background", paint: { "background-color": c.water } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": c.land, "fill-antialias": true } },
    { id: "graticule", type: "line", source: "graticule", paint: { "line-color": c.line, "line-width": 1 } },
    {
      id: "rings",
      type: "line",
      source: "rings",
      paint: { "line-color": c.ring, "line-width": 1, "line-dasharray": [4, 4], "line-opacity": 0.8 },
    },
    {
      id: "ring-labels",
      type: "symbol",
      source: "rings",
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 400,
        "text-field": ["get", "text"],
        "text-font": ZH_FONT,
        "text-size": 12,
      },
      paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
    {
      id: "place-dots",
      type: "circle",
      source: "places",
      filter: placeFilter(),
      paint: {
        "circle-radius": ["match", ["get", "kind"], "CITY", 4.5, "COUNTY", 3.5, 2.5],
        "circle-color": c.land,
        "circle-stroke-color": c.label,
        "circle-stroke-width": 1.5,
      },
    },
    placeLabels("places", ["==", ["get", "kind"], "TOWN"], c, false),
    // Towns orient the reader: they stay, with markers drawn over them.
    placeLabels("towns", ["!=", ["get", "kind"], "TOWN"], c, true),
    {
      id: "clusters",
      type: "circle",
      source: "clusters",
      paint: {
        "circle-radius": ["step", ["get", "count"], 21, 10, 24, 50, 28, 500, 32],
        "circle-color": byLook(c.greenSoft, c.amberSoft, c.greySoft),
        "circle-stroke-color": byLook(c.green, c.amber, c.grey),
        "circle-stroke-width": 2,
      },
    },
    {
      id: "cluster-labels",
      type: "symbol",
      source: "clusters",
      layout: {
        "text-field": [
          "format",
          ["to-string", ["get", "count"]],
          { "font-scale": 1.15 },
          "\n",
          {},
          ["get", "freeText"],
          { "font-scale": 0.8 },
        ],
        "text-font": ZH_FONT,
        "text-size": 14,
        "text-line-height": 1.05,
        "text-allow-overlap": true,
      },
      paint: { "text-color": c.ink },
    },
    {
      // Where markers collide, the hidden one is still there as a dot.
      id: "station-dots",
      type: "circle",
      source: "stations",
      paint: {
        "circle-radius": 5,
        "circle-color": byLook(c.green, c.surface, c.greySoft),
        "circle-stroke-color": byLook(c.surface, c.amber, c.grey),
        "circle-stroke-width": 2,
      },
    },
    stationLayer("stations", c, false),
    stationLayer("chosen", c, true),
    {
      id: "me",
      type: "circle",
      source: "me",
      paint: {
        "circle-radius": 7,
        "circle-color": c.blue,
        "circle-stroke-color": c.surface,
        "circle-stroke-width": 3,
      },
    },
  ];
}

function placeLabels(id: string, kinds: ExpressionSpecification, c: Palette, always: boolean): LayerSpecification {
  return {
    id,
    type: "symbol",
    source: "places",
    filter: ["all", kinds, placeFilter()],
    layout: {
      "text-field": ["get", "name"],
      "text-font": ZH_FONT,
      "text-size": ["match", ["get", "kind"], "CITY", 18, "COUNTY", 15, 13],
      "text-anchor": "top",
      "text-offset": [0, 0.5],
      "text-overlap": always ? "always" : "never",
      "text-ignore-placement": always,
      "symbol-sort-key": ["-", 0, ["get", "population"]],
    },
    paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 1.8 },
  };
}

function stationLayer(id: string, c: Palette, chosen: boolean): LayerSpecification {
  return {
    id,
    type: "symbol",
    source: "stations",
    ...(chosen ? { filter: ["==", ["get", "id"], ""] } : {}),
    layout: {
      "icon-image": chosen ? ["concat", ["get", "look"], "-chosen"] : ["get", "look"],
      "icon-anchor": "bottom",
      "icon-size": chosen ? 1.2 : 1,
      "icon-overlap": chosen ? "always" : "never",
      "icon-padding": 1,
      "text-field": ["get", "text"],
      "text-font": ["bold sans-serif"],
      "text-size": chosen ? 15 : 13,
      "text-anchor": "center",
      "text-offset": [0, chosen ? -1.82 : -1.62],
      "text-overlap": chosen ? "always" : "never",
      "symbol-sort-key": ["get", "rank"],
      "symbol-z-order": "viewport-y",
    },
    paint: { "text-color": byLook(c.onGreen, c.amber, c.grey) },
  } as LayerSpecification;
}

function placeFilter(): ExpressionSpecification {
  return [
    ">=",
    ["zoom"],
    ["match", ["get", "kind"], "CITY", 4, "COUNTY", ["case", [">", ["get", "population"], 60_000], 6.5, 7.5], 10],
  ];
}
