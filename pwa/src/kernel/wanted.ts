/** Which of a station's bays would do for whoever looks for some only. Pure. */
import type { ConnectorType, Status } from "../api/generated/graphql";

interface Bay {
  live: { status: Status };
  connectors: readonly { type: ConnectorType; powerKw: number | null }[];
}

export interface Wish {
  minPowerKw: number | null;
  connectorTypes: ConnectorType[];
}

export interface Wanted {
  wish: Wish;
  free: number;
  /** Of how many it is known how they are. */
  known: number;
}

/** Where none of them is as wished, all of them count: a wish of the list must not hide that a station has bays. */
export function wantedOf(bays: readonly Bay[], wish: Wish): Wanted {
  const { minPowerKw: least, connectorTypes: types } = wish;
  const those = bays.filter((bay) =>
    bay.connectors.some(
      (c) =>
        (least === null || (c.powerKw !== null && c.powerKw >= least)) &&
        (types.length === 0 || types.includes(c.type)),
    ),
  );
  if (those.length === 0) return counted(bays, { minPowerKw: null, connectorTypes: [] });
  return counted(those, { minPowerKw: least, connectorTypes: types });
}

const counted = (bays: readonly Bay[], wish: Wish): Wanted => ({
  wish,
  free: bays.filter((bay) => bay.live.status === "AVAILABLE").length,
  known: bays.filter((bay) => bay.live.status !== "UNKNOWN").length,
});
