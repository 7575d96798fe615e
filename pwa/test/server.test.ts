import { expect, test } from "vitest";
import { here, learnClock } from "../src/state/server";

const DATE = "Wed, 25 Nov 2026 10:00:00 GMT";
const AT = Date.parse(DATE);
const shown = (askedAt: number, now: number) => {
  learnClock(DATE, askedAt, now);
  return here("2026-11-25T10:00:00Z") - AT;
};

test.each([
  ["right", AT + 100, AT + 400, 0],
  ["right, with an answer of eight seconds", AT - 4_000, AT + 4_000, 0],
  ["two seconds slow, which may be rounding", AT - 2_100, AT - 2_000, 0],
  ["six minutes slow", AT - 360_100, AT - 360_000, -360_000],
  ["six minutes fast", AT + 360_000, AT + 360_100, 359_000],
])("a clock that is %s", (_name, askedAt, now, off) => expect(shown(askedAt, now)).toBe(off));

test("without a date nothing is learnt", () => {
  learnClock(DATE, AT - 360_100, AT - 360_000);
  learnClock(null, 0, 0);
  learnClock("soon", 0, 0);
  expect(here("2026-11-25T10:00:00Z") - AT).toBe(-360_000);
});
