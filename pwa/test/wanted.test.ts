import { expect, test } from "vitest";
import type { ConnectorType, Status } from "../src/api/generated/graphql";
import { wantedOf } from "../src/kernel/wanted";

const bay = (status: Status, type: ConnectorType, powerKw: number | null) => ({
  live: { status },
  connectors: [{ type, powerKw }],
});
const bays = [bay("AVAILABLE", "GBT_AC", 7), bay("CHARGING", "GBT_DC", 120), bay("UNKNOWN", "GBT_DC", null)];

test("only bays as wished count, and exactly as strong is enough", () => {
  const wish = { minPowerKw: 120, connectorTypes: ["GBT_DC" as ConnectorType] };
  expect(wantedOf(bays, wish)).toEqual({ wish, free: 0, known: 1 });
});

test("a wish that nothing there fulfils is left out", () => {
  const all = { wish: { minPowerKw: null, connectorTypes: [] }, free: 1, known: 2 };
  expect(wantedOf(bays, { minPowerKw: 120.5, connectorTypes: [] })).toEqual(all);
  expect(wantedOf(bays, { minPowerKw: null, connectorTypes: ["CCS2"] })).toEqual(all);
});
