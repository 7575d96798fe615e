import { expect, test } from "vitest";
import type { ConnectorType, Status } from "../src/api/generated/graphql";
import { type Bay, bucket, fromCounts, look, suits, tally } from "../src/kernel/counts";

const bay = (status: Status, powerKw: number | null = 120, type: ConnectorType = "GBT_DC"): Bay => ({
  id: "x",
  live: { status },
  connectors: [{ type, powerKw }],
});
const ANY = { minPowerKw: null, connectorTypes: [] };

test("unknown is never free, and wins over full", () => {
  expect(bucket("UNKNOWN")).toBe("unknown");
  expect(look(tally([bay("UNKNOWN")], ANY))).toBe("unknown");
  expect(look(tally([bay("UNKNOWN"), bay("FAULTED")], ANY))).toBe("unknown");
  expect(look(tally([], ANY))).toBe("unknown");
});

test("free, full and broken are told apart", () => {
  expect(look(tally([bay("AVAILABLE"), bay("UNKNOWN")], ANY))).toBe("free");
  expect(look(tally([bay("CHARGING"), bay("BLOCKED")], ANY))).toBe("full");
  expect(look(tally([bay("FAULTED"), bay("OFFLINE")], ANY))).toBe("broken");
});

test("a bay exactly as strong as asked counts, one just under does not", () => {
  const want = { minPowerKw: 60, connectorTypes: [] };
  expect(suits(bay("AVAILABLE", 60), want)).toBe(true);
  expect(suits(bay("AVAILABLE", 59.9), want)).toBe(false);
  expect(suits(bay("AVAILABLE", null), want)).toBe(false);
});

test("power and type must be of one connector", () => {
  const two: Bay = {
    ...bay("AVAILABLE"),
    connectors: [
      { type: "GBT_AC", powerKw: 120 },
      { type: "GBT_DC", powerKw: 30 },
    ],
  };
  expect(suits(two, { minPowerKw: 60, connectorTypes: ["GBT_DC"] })).toBe(false);
  expect(suits(two, { minPowerKw: 30, connectorTypes: ["GBT_DC"] })).toBe(true);
});

test("a station's own counts give the same four numbers", () => {
  expect(fromCounts({ total: 9, available: 2, unknown: 1, faulted: 1, offline: 1 })).toEqual({
    total: 9,
    free: 2,
    unknown: 1,
    broken: 2,
    busy: 4,
  });
});
