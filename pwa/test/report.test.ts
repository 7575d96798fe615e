import { expect, test } from "vitest";
import { fitted, frameHeader, frameOf, OLDEST_MS, tooOld } from "../src/kernel/report";

test("what was seen two hours ago is sent, and a moment more is too old", () => {
  expect(tooOld(1_000, 1_000 + OLDEST_MS)).toBe(false);
  expect(tooOld(1_000, 1_001 + OLDEST_MS)).toBe(true);
});

test("a frame is the same from either corner and stays inside the picture", () => {
  const frame = { x: 0.25, y: 0.5, width: 0.5, height: 0.25 };
  expect(frameOf({ x: 0.25, y: 0.5 }, { x: 0.75, y: 0.75 })).toEqual(frame);
  expect(frameOf({ x: 0.75, y: 0.75 }, { x: 0.25, y: 0.5 })).toEqual(frame);
  expect(frameOf({ x: 0.9, y: 0.9 }, { x: 1.3, y: 1.2 })).toEqual({ x: 0.9, y: 0.9, width: 0.1, height: 0.1 });
});

test.each([
  [0.6, 0.4, { x: 0, y: 0, width: 0.6, height: 0.4 }],
  [0.6001, 0.1, "large"],
  [0.1, 0.4001, "large"],
  [0.02, 0.02, { x: 0, y: 0, width: 0.02, height: 0.02 }],
  [0.0199, 0.1, "small"],
  [0.1, 0.0199, "small"],
])("a frame of %f by %f", (width, height, frame) =>
  expect(frameOf({ x: 0, y: 0 }, { x: width, y: height })).toEqual(frame));

test("the header holds four shares that stay inside", () => {
  const frame = frameOf({ x: 0.70004, y: 0.66666 }, { x: 1, y: 1 });
  expect(typeof frame === "string" ? frame : frameHeader(frame)).toBe("0.7000,0.6667,0.3000,0.3333");
});

test.each([
  [4000, 3000, 2048, 1536],
  [3000, 4000, 1536, 2048],
  [2048, 100, 2048, 100],
  [2049, 2, 2048, 2],
  [640, 480, 640, 480],
])("%i by %i becomes %i by %i", (width, height, w, h) => expect(fitted(width, height, 2048)).toEqual([w, h]));
