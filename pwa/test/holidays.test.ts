import { expect, test } from "vitest";
import { warningsOf } from "../src/kernel/holidays";

const spring = { place: "140922", holiday: "春节", first: "2027-02-05", last: "2027-02-11", taken: 0.62, full: 0.307 };

test("a county is warned by its code, whatever follows its six digits", () => {
  expect(warningsOf([spring], "140922001")).toEqual([
    { holiday: "春节", first: "2027-02-05", days: "2/5–2/11", percent: 31, full: true },
  ]);
  expect(warningsOf([spring], "140921")).toEqual([]);
  expect(warningsOf([spring], null)).toEqual([]);
});

test("where stations were hardly ever full it is said how many bays were taken", () => {
  const qingming = { ...spring, first: "2027-04-05", last: "2027-04-05", full: 0.049 };
  expect(warningsOf([qingming], "140922")).toEqual([
    { holiday: "春节", first: "2027-04-05", days: "4/5", percent: 62, full: false },
  ]);
});
