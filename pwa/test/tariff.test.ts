import { expect, test } from "vitest";
import { byDays } from "../src/kernel/hours";
import { yuan, yuanShort } from "../src/kernel/price";
import { hhmm, level, merged, minuteOfDay, periodAt } from "../src/kernel/tariff";

const period = (start: number, end: number, totalE4: number) => ({
  start,
  end,
  electricityE4: totalE4 - 4_000,
  serviceE4: 4_000,
  totalE4,
});
const DAY = [period(0, 420, 7_100), period(420, 1320, 10_200), period(1320, 1440, 7_100)];

test("a period begins with its first minute and ends before its last", () => {
  expect(periodAt(DAY, 419)?.totalE4).toBe(7_100);
  expect(periodAt(DAY, 420)?.totalE4).toBe(10_200);
  expect(periodAt(DAY, 1439)?.start).toBe(1320);
  expect(periodAt([period(60, 120, 1)], 120)).toBeNull();
});

test("the station's own clock decides, not the phone's", () => {
  const noonUtc = Date.UTC(2026, 0, 1, 16, 30);
  expect(minuteOfDay(noonUtc, "Asia/Shanghai")).toBe(30);
  expect(minuteOfDay(noonUtc, "Europe/Berlin")).toBe(17 * 60 + 30);
  expect(minuteOfDay(noonUtc, "Mars/Olympus")).toBe(30);
});

test("neighbours of one price are one, and the day's ends are not", () => {
  expect(
    merged([period(0, 60, 5_000), period(60, 120, 5_000), period(180, 240, 5_000)]).map((p) => [p.start, p.end]),
  ).toEqual([
    [0, 120],
    [180, 240],
  ]);
});

test("low and high are the day's least and most; one price is neither", () => {
  expect(DAY.map((p) => level(p, DAY))).toEqual(["low", "high", "low"]);
  const flat = [period(0, 1440, 9_000)];
  expect(level(flat[0] ?? period(0, 1, 1), flat)).toBe("middle");
});

test("prices keep what the source gave and at least the fen", () => {
  expect(yuan(12_345)).toBe("1.2345");
  expect(yuan(15_350)).toBe("1.535");
  expect(yuan(12_000)).toBe("1.20");
  expect(yuan(0)).toBe("0.00");
  expect(yuanShort(15_350)).toBe("1.54");
  expect(yuanShort(9_949)).toBe("0.99");
});

test("hours in words", () => {
  expect(hhmm(1440)).toBe("24:00");
  const daily = Array.from({ length: 7 }, (_, d) => [d * 1440 + 360, d * 1440 + 1380]);
  expect(byDays(daily)).toEqual([{ from: 0, to: 6, hours: ["06:00–23:00"] }]);
  expect(byDays([[0, 10_080]])).toEqual([{ from: 0, to: 6, hours: ["00:00–24:00"] }]);
  expect(byDays([[4 * 1440 + 1080, 5 * 1440 + 120]])).toEqual([{ from: 4, to: 4, hours: ["18:00–02:00"] }]);
});
