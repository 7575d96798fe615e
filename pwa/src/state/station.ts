/** The open station. */
import { batch, effect, signal } from "@preact/signals";
import { ApiError, ask } from "../api/client";
import { type FailureFragment, StationDocument, type StationQuery } from "../api/generated/graphql";
import { keepStation, keptStation } from "./keep";
import { route } from "./route";
import { type Detail, toDetail } from "./stations";

export const station = signal<Detail | null>(null);
export const missing = signal(false);
export const stationFailure = signal<ApiError | null>(null);
export const stationFailures = signal<FailureFragment[]>([]);
export const stationKeptSince = signal<number | null>(null);
/** Names of sources, for people: the feed's own where it is known. */
export const sourceNames = signal<Record<string, string>>({});

type Answered = NonNullable<StationQuery["station"]>;
let running: AbortController | null = null;

export async function loadStation(id: string): Promise<void> {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  if (station.value?.id !== id) {
    batch(() => {
      station.value = null;
      missing.value = false;
      stationFailure.value = null;
      stationKeptSince.value = null;
    });
  }
  try {
    const answer = await ask(StationDocument, { id }, mine.signal);
    if (mine.signal.aborted) return;
    const found = answer.station;
    batch(() => {
      station.value = found && toDetail(found, Date.now());
      missing.value = !found;
      stationFailure.value = null;
      stationKeptSince.value = null;
      sourceNames.value = Object.fromEntries(answer.operators.map((o) => [o.id, o.name]));
      const sources = new Set([found?.operator.id, ...(found?.provenance.map((p) => p.source) ?? [])]);
      stationFailures.value = answer.operators.filter((o) => sources.has(o.id)).flatMap((o) => o.failures);
    });
    if (found) void keepStation(found);
  } catch (error) {
    if (mine.signal.aborted) return;
    const before = station.value ? null : await keptStation<Answered>(id);
    batch(() => {
      if (before) {
        station.value = toDetail(before.value, before.at);
        stationKeptSince.value = before.at;
      }
      stationFailure.value = error instanceof ApiError ? error : new ApiError("SERVER", String(error), true);
    });
  }
}

export function followStation(): void {
  let before: string | null = null;
  effect(() => {
    const { station: id } = route.value;
    if (id === before) return;
    before = id;
    if (id) void loadStation(id);
    else running?.abort();
  });
}
