/** Stations as the screen holds them: ages become moments on arrival, flips are laid over. Pure. */
import type { CardFragment, CountsFragment, StationQuery, Status } from "../api/generated/graphql";
import type { Flip } from "../api/live";
import { seenAt } from "../kernel/ages";

type Answered = NonNullable<StationQuery["station"]>;

/** Moments of this device's clock (ms): the oldest believed status, the newest sight. */
export interface Moments {
  oldestAt: number | null;
  newestAt: number | null;
}

export type Card = CardFragment & { distanceM: number | null } & Moments;
export type Detail = Answered & Moments & { bayAt: Record<string, number | null>; sourceAt: number[] };

export function moments(counts: CountsFragment, receivedAt: number): Moments {
  return { oldestAt: seenAt(counts.oldestAgeS, receivedAt), newestAt: seenAt(counts.newestAgeS, receivedAt) };
}

export function toCard(node: CardFragment, distanceM: number | null, receivedAt: number): Card {
  return { ...node, distanceM, ...moments(node.availability, receivedAt) };
}

export function toDetail(node: Answered, receivedAt: number): Detail {
  return {
    ...node,
    ...moments(node.availability, receivedAt),
    bayAt: Object.fromEntries(node.evses.map((e) => [e.id, seenAt(e.live.ageS, receivedAt)])),
    sourceAt: node.provenance.map((p) => receivedAt - p.ageS * 1000),
  };
}

interface Live {
  status: Status;
  stale: boolean;
  ageS: number | null;
}

/** The station after a flip; the same object where the flip is not about it. */
export function flipped<
  S extends { id: string; availability: CountsFragment; evses: { id: string; live: Live }[] } & Moments,
>(station: S, flip: Flip, receivedAt: number): S {
  if (station.id !== flip.stationId) return station;
  return {
    ...station,
    availability: flip.availability,
    ...moments(flip.availability, receivedAt),
    evses: station.evses.map((bay) =>
      bay.id === flip.evseId
        ? { ...bay, live: { ...bay.live, status: flip.status, stale: flip.status === "UNKNOWN" && bay.live.stale } }
        : bay,
    ),
  };
}

/** As `flipped`, with what only a station's page shows. */
export function flippedDetail(station: Detail, flip: Flip, receivedAt: number): Detail {
  if (station.id !== flip.stationId) return station;
  const next = flipped(station, flip, receivedAt);
  // A bay that fell to UNKNOWN by age was not seen again: its last sight keeps its time.
  const seen = flip.status !== "UNKNOWN";
  const sinceS = seen ? Math.max(0, (receivedAt - Date.parse(flip.observedAt)) / 1000) : null;
  return {
    ...next,
    evses: next.evses.map((bay) =>
      bay.id === flip.evseId
        ? {
            ...bay,
            live: {
              ...bay.live,
              stale: !seen,
              source: flip.source,
              ...(seen ? { lastSeen: flip.status, observedAt: flip.observedAt } : {}),
            },
          }
        : bay,
    ),
    bayAt: seen ? { ...next.bayAt, [flip.evseId]: seenAt(sinceS, receivedAt) } : next.bayAt,
  };
}
