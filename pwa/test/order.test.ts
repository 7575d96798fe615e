import { expect, test } from "vitest";
import type { OrderStage } from "../src/api/generated/charging/graphql";
import {
  byMonth,
  capOf,
  isOver,
  isRunning,
  isSettling,
  nextTime,
  offeredCap,
  startStep,
  withReading,
  yuanOfFen,
} from "../src/kernel/order";

const STAGES: OrderStage[] = [
  "HOLDING",
  "CONFIRM",
  "STARTING",
  "CHARGING",
  "STOPPING",
  "BILLING",
  "PAYING",
  "COLLECTING",
  "DONE",
  "NOT_STARTED",
  "NEEDS_A_PERSON",
];

test.each(STAGES)("%s is exactly one of running, settling and over", (stage) =>
  expect([isRunning(stage), isSettling(stage), isOver(stage)].filter(Boolean)).toHaveLength(1));

test("charging is not said before a reading says so", () => {
  expect(startStep({ stage: "STARTING", kwh: null, kw: null })).toBe(0);
  expect(startStep({ stage: "CHARGING", kwh: null, kw: null })).toBe(1);
  expect(startStep({ stage: "CHARGING", kwh: 0, kw: 0 })).toBe(1);
  expect(startStep({ stage: "CHARGING", kwh: 0, kw: 0.1 })).toBe(2);
  expect(startStep({ stage: "CHARGING", kwh: 0.01, kw: null })).toBe(2);
});

const reading = (at: string) => ({ at, kwh: 1, kw: 2, soc: null });

test("readings only grow, and a late or repeated one changes nothing", () => {
  const first = [reading("2026-11-25T10:00:00Z")];
  expect(withReading(first, reading("2026-11-25T10:00:00+00:00"))).toEqual(first);
  expect(withReading(first, reading("2026-11-25T09:59:59Z"))).toEqual(first);
  expect(withReading(first, null)).toEqual(first);
  expect(withReading(first, reading("2026-11-25T10:00:01Z"))).toHaveLength(2);
});

test("at most 500 readings are held, the newest", () => {
  let held = [] as ReturnType<typeof withReading>;
  for (let s = 0; s < 501; s += 1) held = withReading(held, reading(new Date(s * 1000).toISOString()));
  expect(held).toHaveLength(500);
  expect(held[0]?.at).toBe("1970-01-01T00:00:01.000Z");
});

test("a month's sum is what was captured, refunds off; what is not captured counts nothing", () => {
  const order = (createdAt: string, capturedFen: number | null, refundedFen = 0) => ({
    createdAt,
    capturedFen,
    refundedFen,
  });
  const sums = byMonth([order("2026-11-02", 1001), order("2026-11-01", null), order("2026-10-31", 500, 200)], (at) =>
    at.slice(0, 7),
  );
  expect(sums.map((s) => [s.month, s.paidFen, s.orders.length])).toEqual([
    ["2026-11", 1001, 2],
    ["2026-10", 300, 1],
  ]);
});

test.each([
  [{ totalFen: 4321, electricityFen: 3000, serviceFen: 1321 }, 5500],
  [{ totalFen: null, electricityFen: 3000, serviceFen: 1000 }, 5000],
  [{ totalFen: null, electricityFen: null, serviceFen: null }, 5000],
  [{ totalFen: 1, electricityFen: 1, serviceFen: 0 }, 500],
  [{ totalFen: 99_999, electricityFen: 1, serviceFen: 0 }, 100_000],
])("the cap offered for %j is %d fen", (quote, cap) => expect(offeredCap(quote)).toBe(cap));

test.each([
  ["1", 100],
  ["0.99", null],
  ["1000", 100_000],
  ["1000.01", null],
  ["30.5", 3050],
  ["30.555", null],
  ["", null],
  ["1e3", null],
])("a cap typed as %j is %s", (text, fen) => expect(capOf(text)).toBe(fen));

test("a clock's next time is today's, or tomorrow's where that has passed", () => {
  const noon = new Date(2026, 10, 25, 12, 0).getTime();
  expect(nextTime("12:01", noon)?.getDate()).toBe(25);
  expect(nextTime("12:00", noon)?.getDate()).toBe(26);
  expect(nextTime("x", noon)).toBeNull();
});

test("fen are never rounded", () =>
  expect([0, 1, 10, 12345].map(yuanOfFen)).toEqual(["0.00", "0.01", "0.10", "123.45"]));
