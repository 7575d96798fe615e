/** The list: nearest stations that fit, or those found by text; kept for when there is no network. */
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, ask } from "../api/client";
import {
  type CardsFragment,
  type FailureFragment,
  type FreshFragment,
  NearbyDocument,
  SearchDocument,
} from "../api/generated/graphql";
import { type Tally, tally } from "../kernel/counts";
import type { Point } from "../kernel/geo";
import { keep, kept } from "./keep";
import { originPoint } from "./position";
import { filters, route } from "./route";
import { type Card, toCard } from "./stations";
import { format, type NO_FILTERS, toStationFilter } from "./url";

const PAGE = 20;
const RADII_KM = [10, 50, 200]; // widened until something is found

export interface Nearby {
  key: string;
  cards: Card[];
  radiusKm: number | null; // null for a search by text
  hasMore: boolean;
  endCursor: string | null;
  fresh: FreshFragment;
  failures: FailureFragment[];
  receivedAt: number;
}

export const nearby = signal<Nearby | null>(null);
export const loading = signal(false);
export const failure = signal<ApiError | null>(null);
/** When the list on screen was received, if it came from this device and not from the server. */
export const keptSince = signal<number | null>(null);

/** The sum over the list of what suits. */
export const total = computed<Tally>(() => {
  const sum: Tally = { total: 0, free: 0, unknown: 0, busy: 0, broken: 0 };
  for (const card of nearby.value?.cards ?? []) {
    const t = tally(card.evses, filters.value);
    for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += t[key];
  }
  return sum;
});

/** What decides the list; the view, the open station and the language do not. */
const question = computed(() => {
  const { origin, filters: f, text } = route.value;
  const at = originPoint.value;
  const key = format({
    page: null,
    view: "list",
    station: null,
    origin,
    filters: f,
    text,
    language: null,
    camera: null,
  });
  return { key: `${key} ${at ? `${at.lat},${at.lon}` : ""}`, at, filters: f, text };
});

let running: AbortController | null = null;

/** Asks anew; what is on screen stays until the answer is there. */
export async function refresh(): Promise<void> {
  const asked = question.peek();
  running?.abort();
  const mine = new AbortController();
  running = mine;
  if (!asked.at && !asked.text) return;
  loading.value = true;
  try {
    const found = await first(asked, mine.signal);
    if (mine.signal.aborted) return;
    batch(() => {
      nearby.value = { ...found, key: asked.key };
      failure.value = null;
      keptSince.value = null;
    });
    void keep("list", nearby.value);
  } catch (error) {
    if (mine.signal.aborted) return;
    await fallBack(asked.key, error);
  } finally {
    if (running === mine) loading.value = false;
  }
}

async function fallBack(key: string, error: unknown): Promise<void> {
  const known = error instanceof ApiError ? error : new ApiError("SERVER", String(error), true);
  const before = nearby.value ? null : await kept<Nearby>("list");
  batch(() => {
    failure.value = known;
    if (before) nearby.value = before.value;
    // A refused question has no list; the old one would answer another question.
    if (!known.retryable && nearby.value && nearby.value.key !== key) nearby.value = null;
    if (nearby.value && known.retryable) keptSince.value = nearby.value.receivedAt;
  });
}

export async function more(): Promise<void> {
  const list = nearby.value;
  const asked = question.peek();
  if (!list?.hasMore || loading.value) return;
  loading.value = true;
  try {
    const next = await page(asked, list.radiusKm ?? 10, list.endCursor);
    const known = new Set(list.cards.map((c) => c.id));
    if (nearby.value?.key === list.key)
      nearby.value = {
        ...nearby.value,
        ...next,
        cards: [...nearby.value.cards, ...next.cards.filter((c) => !known.has(c.id))],
      };
  } catch (error) {
    // The list may have changed under the cursor: begin again.
    if (error instanceof ApiError && !error.retryable) void refresh();
    else if (error instanceof ApiError) failure.value = error;
  } finally {
    loading.value = false;
  }
}

interface Asked {
  at: Point | null;
  filters: typeof NO_FILTERS;
  text: string;
}

async function first(asked: Asked, signal: AbortSignal): Promise<Omit<Nearby, "key">> {
  if (asked.text) return { ...(await page(asked, 0, null, signal)), radiusKm: null };
  for (const radiusKm of RADII_KM) {
    const found = await page(asked, radiusKm, null, signal);
    if (found.cards.length > 0 || radiusKm === RADII_KM.at(-1)) return { ...found, radiusKm };
  }
  throw new ApiError("SERVER", "no radius", false);
}

async function page(asked: Asked, radiusKm: number, after: string | null, signal?: AbortSignal) {
  const filter = toStationFilter(asked.filters);
  const common = { filter, first: PAGE, after };
  const connection: CardsFragment = asked.text
    ? (await ask(SearchDocument, { ...common, text: asked.text, near: asked.at }, signal)).searchStations
    : (await ask(NearbyDocument, { ...common, at: asked.at as Point, radiusM: radiusKm * 1000 }, signal)).stationsNear;
  const receivedAt = Date.now();
  return {
    cards: connection.edges.map((edge) => toCard(edge.node, edge.distanceM, receivedAt)),
    hasMore: connection.pageInfo.hasNextPage,
    endCursor: connection.pageInfo.endCursor,
    fresh: connection.freshness,
    failures: connection.partialFailures,
    receivedAt,
  };
}

/** Follows the question from now on. */
export function followQuestion(): void {
  let before = "";
  effect(() => {
    const { key } = question.value;
    if (key === before) return;
    before = key;
    void refresh();
  });
}
