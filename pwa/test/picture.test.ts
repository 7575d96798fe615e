import { expect, test } from "vitest";
import { ageWords, type Count, inState, merged, type Picture, percent } from "../src/office/picture";

const count = (more: Partial<Count> = {}): Count => ({
  stations: 1,
  evses: 6,
  available: 1,
  charging: 1,
  occupied: 1,
  blocked: 1,
  reserved: 1,
  faulted: 1,
  offline: 0,
  unknown: 0,
  stale: 0,
  usableShare: 0.67,
  toldShare: 1,
  oldestAt: null,
  kw: null,
  kwEvses: 0,
  ratedKw: 0,
  ...more,
});

const picture = (more: Partial<Picture> = {}): Picture => ({
  at: "2026-03-04T02:30:00Z",
  whole: true,
  lines: [
    { county: "140902", operator: "a", count: count() },
    { county: "140923", operator: "a", count: count() },
  ],
  counties: [{ code: "140902", name: "忻府区", seat: null, count: count() }],
  operators: [],
  total: count(),
  alarms: [],
  ...more,
});

test("what changed takes the place of what was, and the rest stays", () => {
  const line = { county: "140923", operator: "a", count: count({ charging: 5 }) };
  const told = picture({ whole: false, at: "2026-03-04T02:30:01Z", lines: [line], counties: [] });
  const now = merged(picture(), told);
  expect(now.lines.map((each) => each.count.charging)).toEqual([1, 5]);
  expect(now.counties).toHaveLength(1);
  expect(now.at).toBe("2026-03-04T02:30:01Z");
  expect(merged(now, picture()).lines.map((each) => each.count.charging)).toEqual([1, 1]);
});

test("a bay that is plugged, reserved or blocked is taken", () => {
  expect(inState(count(), "taken")).toBe(3);
  expect(inState(count(), "faulted")).toBe(1);
});

test.each([
  [null, "—"],
  [0, "0 %"],
  [0.001, "1 %"],
  [0.996, "99 %"],
  [1, "100 %"],
])("a share of %s is %s", (share, words) => expect(percent(share)).toBe(words));

test.each([
  [null, "—"],
  [59.9, "59 秒 s"],
  [60, "1 分 min"],
  [3_600, "1 时 h"],
  [172_799, "47 时 h"],
  [172_800, "2 天 d"],
])("an age of %s s is %s", (seconds, words) => expect(ageWords(seconds)).toBe(words));
