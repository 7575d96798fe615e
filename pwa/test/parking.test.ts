import { expect, test } from "vitest";
import { type AtExit, atExit, type Entitled, mayChange, minutesLeft } from "../src/kernel/parking";

const UNTIL = "2026-11-25T06:30:00Z";
const AT = Date.parse(UNTIL);
const told = (patch: Partial<Entitled> = {}): Entitled => ({
  state: "TAKEN",
  minutesFree: 120,
  discountPercent: 0,
  until: UNTIL,
  byPlate: true,
  ...patch,
});

test.each<[Partial<Entitled>, number, AtExit]>([
  [{}, AT - 1, "drive"],
  [{}, AT, "over"],
  [{ byPlate: false }, AT - 1, "show"],
  [{ state: "FAILED" }, AT - 1, "show"],
  [{ state: "FAILED" }, AT, "over"],
  [{ state: "SENT" }, AT - 1, "wait"],
  [{ state: "REFUSED" }, AT - 1, "pay"],
  [{ state: "REFUSED" }, AT + 1, "pay"],
])("%o is %#", (patch, now, exit) => {
  expect(atExit(told(patch), now)).toBe(exit);
});

test("a minute that has begun to run out is not promised", () => {
  expect(minutesLeft(UNTIL, AT - 60_000)).toBe(1);
  expect(minutesLeft(UNTIL, AT - 59_999)).toBe(0);
  expect(minutesLeft(UNTIL, AT + 60_000)).toBe(0);
});

test("it is looked at again while the car park is told, and for five minutes where nothing is known", () => {
  expect(mayChange(told({ state: "SENT" }), null, AT - 1)).toBe(true);
  expect(mayChange(told({ state: "SENT" }), null, AT)).toBe(false);
  expect(mayChange(told(), UNTIL, AT - 1)).toBe(false);
  expect(mayChange(null, null, AT)).toBe(false);
  expect(mayChange(null, UNTIL, AT + 299_999)).toBe(true);
  expect(mayChange(null, UNTIL, AT + 300_000)).toBe(false);
});
