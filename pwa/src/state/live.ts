/** Keeps what is on screen in step: flips as they come, and a fresh answer whenever some may have been missed. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { BoxInput } from "../api/generated/graphql";
import type { Flip } from "../api/live";
import { box } from "./box";
import { connected } from "./connected";
import { nearby, refresh } from "./nearby";
import { route } from "./route";
import { loadStation, station } from "./station";
import { flipped, flippedDetail } from "./stations";

const MAX_IDS = 200; // the gateway's limit for one subscription
const SETTLE_MS = 300;
const POLL_MS = 60_000;
const OLD_MS = 30_000;
const GLOW_MS = 2_400;

export const online = signal(navigator.onLine);
/** Stations whose numbers changed a moment ago. */
export const glowing = signal<ReadonlySet<string>>(new Set());

const wanted = computed(() => {
  const { view, station: open } = route.value;
  const ids = view === "list" ? (nearby.value?.cards.map((c) => c.id) ?? []).slice(0, MAX_IDS - 1) : [];
  if (open && !ids.includes(open)) ids.push(open);
  const bounds = box.value.follows ? box.value.bounds : null;
  return JSON.stringify({ ids: ids.toSorted(), bounds });
});

/** The connection's code comes after the first list. */
export async function followLive(): Promise<void> {
  const { onReopen, watch } = await import("../api/live").catch(() => ({ onReopen: null, watch: null }));
  followScreen();
  if (!watch || !onReopen) return; // offline at the first visit: the poll below goes on
  onReopen(refreshAll);
  let stops: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const want = wanted.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { ids, bounds } = JSON.parse(want) as { ids: string[]; bounds: BoxInput | null };
      const before = stops;
      stops = [];
      if (ids.length) stops.push(watch({ stationIds: ids }, onFlip));
      if (bounds) stops.push(watch({ box: bounds }, onFlip));
      for (const stop of before) stop();
    }, SETTLE_MS);
  });
}

function followScreen(): void {
  addEventListener("online", () => {
    online.value = true;
    refreshAll();
  });
  addEventListener("offline", () => {
    online.value = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - (nearby.value?.receivedAt ?? 0) > OLD_MS) refreshAll();
  });
  setInterval(() => {
    if (document.visibilityState === "visible" && online.value && (!connected.value || isOld())) refreshAll();
  }, POLL_MS);
}

// A confirmed but unchanged status sends no flip: its age is only known by asking.
const isOld = () => Date.now() - (nearby.value?.receivedAt ?? 0) > POLL_MS;

function refreshAll(): void {
  void refresh();
  box.value.ask?.();
  const { station: open } = route.value;
  if (open) void loadStation(open);
}

function onFlip(flip: Flip): void {
  const at = Date.now();
  batch(() => {
    const list = nearby.value;
    if (list?.cards.some((c) => c.id === flip.stationId))
      nearby.value = { ...list, cards: list.cards.map((c) => flipped(c, flip, at)) };
    if (station.value?.id === flip.stationId) station.value = flippedDetail(station.value, flip, at);
    box.value.flip?.(flip);
    glow(flip.stationId);
    glow(flip.evseId);
  });
}

function glow(id: string): void {
  glowing.value = new Set([...glowing.value, id]);
  setTimeout(() => {
    glowing.value = new Set([...glowing.value].filter((other) => other !== id));
  }, GLOW_MS);
}
