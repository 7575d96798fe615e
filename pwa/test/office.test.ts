import { expect, test } from "vitest";
import { yuan } from "../src/office/words";

test.each([
  [0, "0.00"],
  [5, "0.05"],
  [99, "0.99"],
  [100, "1.00"],
  [164_005, "1,640.05"],
  [100_000_000, "1,000,000.00"],
  [-7, "−0.07"],
  [-164_005, "−1,640.05"],
])("%i fen is %s yuan", (fen, said) => {
  expect(yuan(fen)).toBe(said);
});

test("a party that says nothing does not say 0", () => {
  expect(yuan(null)).toBeNull();
  expect(yuan(undefined)).toBeNull();
});
