/** The counties around, nearest first, from the same file as the map's labels. */
import { signal } from "@preact/signals";
import type { FeatureCollection, Point } from "geojson";
import { metres } from "../kernel/geo";
import { centre } from "./about";

export interface Town {
  name: string;
  nameEn: string | null;
  location: { lat: number; lon: number };
}

const NEAR_M = 180_000;
const MOST = 24;

export const towns = signal<Town[]>([]);

export async function loadTowns(): Promise<void> {
  if (towns.value.length) return;
  try {
    const answer = await fetch("/base/places.geojson");
    if (answer.ok) towns.value = choose((await answer.json()) as FeatureCollection<Point>);
  } catch {
    // without them the search box still finds towns
  }
}

function choose(places: FeatureCollection<Point>): Town[] {
  const seen = new Set<string>();
  return (
    places.features
      .map((f) => ({
        name: String(f.properties?.name),
        nameEn: (f.properties?.nameEn as string | null) ?? null,
        kind: String(f.properties?.kind),
        location: { lon: f.geometry.coordinates[0] ?? 0, lat: f.geometry.coordinates[1] ?? 0 },
      }))
      // A district of a larger city is not a place that a driver goes by.
      .filter((p) => p.kind !== "TOWN" && !p.name.endsWith("区") && metres(p.location, centre.value) < NEAR_M)
      .sort((a, b) => metres(a.location, centre.value) - metres(b.location, centre.value))
      .filter((p) => !seen.has(p.name) && seen.add(p.name))
      .slice(0, MOST)
  );
}
