/** The gateway's answer for a box as features to draw. Pure. */
import type { Feature, FeatureCollection, LineString, Point } from "geojson";
import type { BoxQuery, CountsFragment } from "../api/generated/graphql";
import type { Flip } from "../api/live";
import { fromCounts, look } from "../kernel/counts";
import { type Point as Place, ring } from "../kernel/geo";

export type Box = BoxQuery["stationsInBox"];
type Drawn = FeatureCollection<Point>;

const RINGS_KM = [5, 10, 20, 50];

export function stationFeatures(box: Box): Drawn {
  return {
    type: "FeatureCollection",
    features: box.stations.map((s) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [s.location.lon, s.location.lat] },
      properties: { id: s.id, ...drawn(s.availability, s.state === "OPEN" || s.state === "UNKNOWN") },
    })),
  };
}

/** What a marker says: its look, its text, and which of two that collide stays. */
export function drawn(counts: CountsFragment, open: boolean): { look: string; text: string; rank: number } {
  const tally = fromCounts(counts);
  const seen = open ? look(tally) : "broken";
  const text = seen === "unknown" ? "?" : seen === "broken" ? "×" : `${tally.free}/${tally.total}`;
  return { look: seen, text, rank: seen === "free" ? -tally.free : seen === "full" ? 1 : 2 };
}

/** `look` of a cluster: unknown where the gateway does not know how many of its stations are free. */
export function clusterFeatures(box: Box, freeText: (n: number) => string): Drawn {
  return {
    type: "FeatureCollection",
    features: box.clusters.map((c) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [c.location.lon, c.location.lat] },
      properties: {
        id: c.id,
        count: c.count,
        look: c.free === null ? "unknown" : c.free > 0 ? "free" : "full",
        freeText: c.free === null ? "" : freeText(c.free),
      },
    })),
  };
}

/** The box after a flip. */
export function flippedBox(box: Box, flip: Flip): Box {
  if (!box.stations.some((s) => s.id === flip.stationId)) return box;
  return {
    ...box,
    stations: box.stations.map((s) => (s.id === flip.stationId ? { ...s, availability: flip.availability } : s)),
  };
}

/** Circles of equal distance around where one looks from. */
export function ringFeatures(centre: Place, kmText: (km: number) => string): FeatureCollection<LineString> {
  return {
    type: "FeatureCollection",
    features: RINGS_KM.map(
      (km): Feature<LineString> => ({
        type: "Feature",
        properties: { text: kmText(km) },
        geometry: { type: "LineString", coordinates: ring(centre, km * 1000) },
      }),
    ),
  };
}

export function pointFeature(at: Place | null): Drawn {
  return {
    type: "FeatureCollection",
    features: at
      ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [at.lon, at.lat] } }]
      : [],
  };
}
