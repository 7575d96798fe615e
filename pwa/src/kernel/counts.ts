/** How many bays suit a driver, and how many of those are free; unknown is never counted as free. */
import type { ConnectorType, Status } from "../api/generated/graphql";

export interface Bay {
  id: string;
  live: { status: Status };
  connectors: { type: ConnectorType; powerKw: number | null }[];
}

export interface Want {
  minPowerKw: number | null;
  connectorTypes: readonly ConnectorType[];
}

export interface Tally {
  total: number;
  free: number;
  unknown: number;
  busy: number;
  broken: number;
}

/** free: some bay is free; full: known, none free; broken: all out of order; unknown: nothing is known of any. */
export type Look = "free" | "full" | "broken" | "unknown";

/** Whether one connector has both the power (at least) and the type. */
export function suits(bay: Bay, want: Want): boolean {
  return bay.connectors.some(
    (c) =>
      (want.minPowerKw === null || (c.powerKw !== null && c.powerKw >= want.minPowerKw)) &&
      (want.connectorTypes.length === 0 || want.connectorTypes.includes(c.type)),
  );
}

export function tally(bays: readonly Bay[], want: Want): Tally {
  const out: Tally = { total: 0, free: 0, unknown: 0, busy: 0, broken: 0 };
  for (const bay of bays) {
    if (!suits(bay, want)) continue;
    out.total += 1;
    out[bucket(bay.live.status)] += 1;
  }
  return out;
}

export function bucket(status: Status): "free" | "unknown" | "busy" | "broken" {
  switch (status) {
    case "AVAILABLE":
      return "free";
    case "FAULTED":
    case "OFFLINE":
      return "broken";
    case "UNKNOWN":
      return "unknown";
    default:
      return "busy";
  }
}

/** Unknown wins over full: where something is not known, nobody may say that all is taken. */
export function look(t: Pick<Tally, "total" | "free" | "unknown" | "busy">): Look {
  if (t.free > 0) return "free";
  if (t.total === 0 || (t.unknown > 0 && t.busy === 0)) return "unknown";
  return t.busy > 0 ? "full" : "broken";
}

/** The same four numbers from a station's own counts. */
export function fromCounts(c: {
  total: number;
  available: number;
  unknown: number;
  faulted: number;
  offline: number;
}): Tally {
  const broken = c.faulted + c.offline;
  return {
    total: c.total,
    free: c.available,
    unknown: c.unknown,
    broken,
    busy: c.total - c.available - c.unknown - broken,
  };
}
