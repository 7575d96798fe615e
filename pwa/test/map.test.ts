import { expect, test } from "vitest";
import { distanceParts, metres, ring } from "../src/kernel/geo";
import { drawn } from "../src/map/features";
import { graticule, stepFor } from "../src/map/graticule";

const counts = { occupied: 0, charging: 0, reserved: 0, blocked: 0, oldestAgeS: null, newestAgeS: null };

test("a marker says free of total, a question mark where nothing is known", () => {
  const free = { ...counts, total: 8, available: 3, faulted: 0, offline: 0, unknown: 5 };
  expect(drawn(free, true)).toMatchObject({ look: "free", text: "3/8" });
  const unknown = { ...counts, total: 8, available: 0, faulted: 0, offline: 0, unknown: 8 };
  expect(drawn(unknown, true)).toMatchObject({ look: "unknown", text: "?" });
  const full = { ...counts, charging: 8, total: 8, available: 0, faulted: 0, offline: 0, unknown: 0 };
  expect(drawn(full, true)).toMatchObject({ look: "full", text: "0/8" });
  expect(drawn(free, false)).toMatchObject({ look: "broken", text: "×" });
});

test("of two that collide the freer stays", () => {
  const free = { ...counts, total: 8, available: 3, faulted: 0, offline: 0, unknown: 0 };
  const freer = { ...free, available: 5 };
  expect(drawn(freer, true).rank).toBeLessThan(drawn(free, true).rank);
});

test("the graticule has few lines and covers the screen", () => {
  expect(stepFor(0.6)).toBe(0.1);
  expect(stepFor(0.61)).toBe(0.2);
  const lines = graticule({ south: 38, north: 38.5, west: 112.5, east: 112.9 }).features[0]?.geometry.coordinates ?? [];
  expect(lines.length).toBeLessThan(24);
  const lons = lines.flat().map((p) => p[0] ?? 0);
  expect(Math.min(...lons)).toBeLessThanOrEqual(112.5);
  expect(Math.max(...lons)).toBeGreaterThanOrEqual(112.9);
});

test("rings have the radius that they say", () => {
  const centre = { lat: 38.4, lon: 112.7 };
  for (const [lon, lat] of ring(centre, 10_000)) {
    expect(Math.abs(metres(centre, { lat, lon }) - 10_000)).toBeLessThan(60);
  }
});

test("distances for reading", () => {
  expect(distanceParts(4)).toEqual(["10", "m"]);
  expect(distanceParts(994)).toEqual(["990", "m"]);
  expect(distanceParts(995)).toEqual(["1.0", "km"]);
  expect(distanceParts(9_949)).toEqual(["9.9", "km"]);
  expect(distanceParts(9_950)).toEqual(["10", "km"]);
});
