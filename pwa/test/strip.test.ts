import { expect, test } from "vitest";
import { gapsBetween, strip } from "../src/kernel/strip";
import { format, parse } from "../src/state/url";

test("a way of 50 km is no gap, and a little more is one", () => {
  expect(gapsBetween([50], 0, 100)).toEqual([]);
  expect(gapsBetween([49.9], 0, 100)).toEqual([{ fromKm: 49.9, toKm: 100 }]);
});

test("a road without a charger is one gap, and the order of the chargers does not matter", () => {
  expect(gapsBetween([], 12, 90)).toEqual([{ fromKm: 12, toKm: 90 }]);
  expect(gapsBetween([140, 60], 0, 150)).toEqual([
    { fromKm: 0, toKm: 60 },
    { fromKm: 60, toKm: 140 },
  ]);
});

const places = [
  { km: 0, name: "A" },
  { km: 80, name: "B" },
];
const chargers = [{ km: 10 }, { km: 10.9 }, { km: 70 }];
const gaps = gapsBetween(
  chargers.map((c) => c.km),
  0,
  80,
);

test("down the screen as one drives, with the way to the next charger and the gap between", () => {
  const rows = strip(places, chargers, gaps, "FORWARD");
  expect(rows.map((r) => [r.kind, r.km])).toEqual([
    ["place", 0],
    ["chargers", 10],
    ["gap", 10.9],
    ["chargers", 70],
    ["place", 80],
  ]);
  expect(rows.flatMap((r) => (r.kind === "chargers" ? [r.nextKm] : []))).toEqual([70 - 10.9, null]);
  expect(rows.map((r) => r.inGap)).toEqual([false, false, false, true, false]);
});

test("the other way round the same things come in the other order", () => {
  const rows = strip(places, chargers, gaps, "BACKWARD");
  expect(rows.map((r) => [r.kind, r.km])).toEqual([
    ["place", 80],
    ["chargers", 70],
    ["gap", 70],
    ["chargers", 10.9],
    ["place", 0],
  ]);
  expect(rows.map((r) => r.inGap)).toEqual([false, false, false, true, false]);
});

test("chargers share a row up to the width that is asked for", () => {
  const rows = strip([], [{ km: 10 }, { km: 13 }, { km: 13.1 }], [], "FORWARD", 3);
  expect(rows.map((r) => (r.kind === "chargers" ? r.chargers.length : 0))).toEqual([2, 1]);
});

test.each([
  "/roads",
  "/roads/g55",
  "/roads/a%20b%2Fc",
  "/trip",
  "/trip?road=g55",
  "/roads?lang=en",
])("%s is a page with an address of its own", (href) => {
  const route = parse(href);
  expect(route.page).not.toBeNull();
  expect(format(route)).toBe(href);
});

test("what a road jumps over is no way without a charger, however far the parts lie apart", () => {
  for (const apart of [1, 60, 400]) {
    const breaks = [{ fromKm: 40, toKm: 40 + apart }];
    expect(gapsBetween([], 0, 80 + apart, breaks)).toEqual([]);
    const end = 100 + apart;
    expect(gapsBetween([20], 0, end, breaks)).toEqual([{ fromKm: 40 + apart, toKm: end }]);
  }
});

test("where a road is interrupted a row says so, and no charger tells the way over it", () => {
  const breaks = [{ fromKm: 20, toKm: 60 }];
  const down = strip(places, [{ km: 10 }, { km: 15 }, { km: 70 }], [], "FORWARD", 1, breaks);
  expect(down.map((r) => [r.kind, r.km, r.inBreak])).toEqual([
    ["place", 0, false],
    ["chargers", 10, false],
    ["chargers", 15, false],
    ["break", 20, false],
    ["resume", 60, true],
    ["chargers", 70, false],
    ["place", 80, false],
  ]);
  expect(down.flatMap((r) => (r.kind === "chargers" ? [r.toBreak] : []))).toEqual([false, true, false]);
  const up = strip(places, [{ km: 10 }, { km: 70 }], [], "BACKWARD", 1, breaks);
  expect(up.map((r) => r.kind)).toEqual(["place", "chargers", "break", "resume", "chargers", "place"]);
  expect(up[2]?.km).toBe(60);
  expect(up.flatMap((r) => (r.kind === "chargers" ? [r.toBreak] : []))).toEqual([true, false]);
});
