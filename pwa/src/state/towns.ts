/** The towns around, as the map's labels have them: the counties first, each name once. */
import { signal } from "@preact/signals";
import type { FeatureCollection, Point } from "geojson";
import { metres } from "../kernel/geo";
import { centre } from "./about";

export interface Town {
  name: string;
  nameEn: string | null;
  location: { lat: number; lon: number };
}

const NEAR_M = 110_000;
const MOST = 16;
const RANK = { CITY: 0, COUNTY: 1, TOWN: 2 } as const;

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
  return places.features
    .map((f) => ({
      name: String(f.properties?.name),
      nameEn: (f.properties?.nameEn as string | null) ?? null,
      rank: RANK[f.properties?.kind as keyof typeof RANK] ?? 2,
      location: { lon: f.geometry.coordinates[0] ?? 0, lat: f.geometry.coordinates[1] ?? 0 },
    }))
    .filter((p) => metres(p.location, centre.value) < NEAR_M)
    .sort((a, b) => a.rank - b.rank)
    .filter((p) => !seen.has(p.name) && seen.add(p.name))
    .slice(0, MOST);
}
