import { expect, test } from "vitest";
import { labels, sheet } from "../src/office/sheet";

const CORNERS = [
  { lat: 38.4, lon: 111.1 },
  { lat: 39.5, lon: 113.6 },
];

test("a sheet shows every place with a margin, north above and east to the right", () => {
  const page = sheet(CORNERS, 1000);
  const [west, south] = page.xy(111.1, 38.4);
  const [east, north] = page.xy(113.6, 39.5);
  expect(west).toBeGreaterThan(0);
  expect(east).toBeLessThan(1000);
  expect(north).toBeLessThan(south);
  expect(south).toBeLessThan(page.height);
  expect(page.xy(111.1 - 0.22, 39.5 + 0.22)).toEqual([0, 0]);
  expect(page.path([[111.1 - 0.22, 39.5 + 0.22]])).toBe("M0 0");
});

test("a kilometre is as long to the east as to the north", () => {
  const page = sheet(CORNERS, 1000);
  const [x0, y0] = page.xy(112, 39);
  const [x1] = page.xy(112 + 0.1 / Math.cos((38.95 * Math.PI) / 180), 39);
  const [, y1] = page.xy(112, 39.1);
  expect(Math.abs(x1 - x0)).toBeCloseTo(Math.abs(y1 - y0), 0);
});

test("a label goes to the right, and elsewhere where another circle is there", () => {
  const [alone] = labels([{ x: 100, y: 100, r: 10 }], 50, 20);
  expect(alone).toEqual({ x: 114, y: 90, anchor: "start" });
  const [left, right] = labels(
    [
      { x: 100, y: 100, r: 10 },
      { x: 140, y: 100, r: 10 },
    ],
    50,
    20,
  );
  expect(left?.anchor).toBe("end");
  expect(right?.anchor).toBe("start");
});
