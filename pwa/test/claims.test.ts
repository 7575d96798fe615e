import { expect, test } from "vitest";
import { alreadyAdded, claimState, claimsOf, type PlugCase, tailOf } from "../src/kernel/claims";

const claim = (id: string, patch: Partial<PlugCase> = {}): PlugCase => ({
  id,
  kind: "CLAIM",
  openedAt: "2026-11-25T06:30:00Z",
  decision: null,
  ...patch,
});

test("only claims are shown, the newest first", () => {
  const cases = [claim("1"), claim("2", { kind: "NOT_ME" }), claim("3")];
  expect(claimsOf(cases).map((c) => c.id)).toEqual(["3", "1"]);
  expect(cases).toHaveLength(3);
});

test.each([
  [null, "waits"],
  ["CLAIMANT", "yours"],
  ["HOLDER", "theirs"],
] as const)("%s is %s", (decision, state) => {
  expect(claimState({ decision })).toBe(state);
});

test("a vehicle is known again by the end of its VIN", () => {
  const vin = "LSVAU2180N2183294";
  expect(tailOf(vin)).toBe("183294");
  expect(alreadyAdded("183294", [{ vin: null }, { vin }])).toBe(true);
  expect(alreadyAdded("183295", [{ vin }])).toBe(false);
  expect(alreadyAdded(undefined, [{ vin }])).toBe(false);
});
