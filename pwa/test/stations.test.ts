import { expect, test } from "vitest";
import type { CardFragment, CountsFragment } from "../src/api/generated/graphql";
import type { Flip } from "../src/api/live";
import { flipped, toCard } from "../src/state/stations";

const counts = (available: number): CountsFragment => ({
  total: 2,
  available,
  occupied: 0,
  charging: 2 - available,
  reserved: 0,
  blocked: 0,
  faulted: 0,
  offline: 0,
  unknown: 0,
  oldestAgeS: 30,
  newestAgeS: 1,
});
const node: CardFragment = {
  id: "a/1",
  name: "站",
  nameEn: null,
  operator: { id: "a", name: "A", nameEn: null },
  location: { lat: 38, lon: 112 },
  address: null,
  state: "OPEN",
  availability: counts(2),
  evses: ["a/1-1", "a/1-2"].map((id) => ({
    id,
    live: { status: "AVAILABLE", stale: false, ageS: 1 },
    connectors: [{ type: "GBT_DC", powerKw: 60 }],
  })),
  priceNow: null,
  parkingFee: "UNKNOWN",
  access: "UNKNOWN",
  openNow: null,
  attributes: [],
  practice: true,
  maxPowerKw: 60,
};
const flip: Flip = {
  stationId: "a/1",
  evseId: "a/1-2",
  status: "CHARGING",
  previous: "AVAILABLE",
  observedAt: "2026-01-01T00:00:00Z",
  source: "a",
  availability: counts(1),
};

test("a flip changes its bay, the counts and their age, and nothing else", () => {
  const card = toCard(node, 10, 1_000_000);
  const after = flipped(card, flip, 2_000_000);
  expect(after.evses.map((e) => e.live.status)).toEqual(["AVAILABLE", "CHARGING"]);
  expect(after.availability.available).toBe(1);
  expect(after.oldestAt).toBe(2_000_000 - 30_000);
  expect(after.distanceM).toBe(10);
});

test("another station's flip leaves the very same object", () => {
  const card = toCard(node, 10, 0);
  expect(flipped(card, { ...flip, stationId: "b/1" }, 0)).toBe(card);
});
