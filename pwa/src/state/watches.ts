/** What one is told of stations: asked for, followed while the application is open, and shown until it was seen. */
import { batch, effect, signal } from "@preact/signals";
import type { Client } from "graphql-ws";
import {
  MyWatchesDocument,
  UnwatchDocument,
  type WatchKind,
  type WatchRowFragment,
  WatchStationDocument,
  WatchToldDocument,
  type WatchToldSubscription,
} from "../api/generated/watch/graphql";
import { openSocket } from "../api/socket";
import { wt } from "../i18n/watch";
import type { Wish } from "../kernel/wanted";
import { words } from "./me";
import { allowed, registration, ringHere, type Way } from "./push";
import { hrefOf } from "./route";
import { accessToken, askMine } from "./session";
import { hasAccount, watching } from "./settings";

export type WatchRow = WatchRowFragment;

const RECENT_MS = 15 * 60_000; // what was told while the application was closed is still news

export const watches = signal<WatchRow[] | null>(null);
export const watchTrouble = signal<string | null>(null);
export const way = signal<Way | null>(null);
/** Told, and not yet put aside. */
export const heard = signal<WatchRow[]>([]);

let seen = new Set<string>();
let client: Client | null = null;
let stop: (() => void) | null = null;

export const openAt = (station: string): WatchRow | undefined =>
  watches.value?.find((w) => w.stationId === station && w.state === "OPEN");

export async function loadWatches(): Promise<void> {
  if (!hasAccount.value) return;
  try {
    const { myWatches } = await askMine(MyWatchesDocument, {});
    const open = new Set(watches.peek()?.flatMap((w) => (w.state === "OPEN" ? [w.id] : [])));
    batch(() => {
      watches.value = myWatches;
      watchTrouble.value = null;
      for (const w of myWatches) if (open.has(w.id) || (watching.value && fresh(w))) hear(w);
    });
    keepFollowing();
  } catch (error) {
    watchTrouble.value = words(error);
  }
}

const fresh = (w: WatchRow) => w.toldAt !== null && Date.now() - Date.parse(w.toldAt) < RECENT_MS;

export async function begin(stationId: string, kind: WatchKind, wish: Wish): Promise<void> {
  watchTrouble.value = null;
  const leave = await allowed();
  try {
    const { watchStation } = await askMine(WatchStationDocument, { input: { stationId, kind, ...wish } });
    watches.value = [watchStation, ...(watches.value ?? []).filter((w) => w.id !== watchStation.id)];
    keepFollowing();
    way.value = await ringHere(leave);
  } catch (error) {
    watchTrouble.value = words(error);
  }
}

export async function end(id: string): Promise<void> {
  try {
    await askMine(UnwatchDocument, { id });
    await loadWatches();
  } catch (error) {
    watchTrouble.value = words(error);
  }
}

export function putAside(id: string): void {
  heard.value = heard.value.filter((w) => w.id !== id);
}

/** Where one goes then: to the station, or to the one that is named in its place. */
export const placeOf = (w: WatchRow): string => w.alternative?.stationId ?? w.stationId;

export function toldText(w: WatchRow): { head: string; body: string } {
  const m = wt();
  const other = w.alternative;
  const body =
    w.kind === "FREES"
      ? m.first
      : other
        ? m.other(other.stationName, (other.distanceM / 1000).toFixed(1), other.free)
        : m.noOther;
  return { head: m.told[w.kind](w.stationName), body };
}

function hear(w: WatchRow): void {
  if (w.state !== "TOLD" || seen.has(w.id)) return;
  seen.add(w.id);
  heard.value = [w, ...heard.value];
  // Under the tag of the push message, of which this takes the place where no push service can be reached.
  if (document.visibilityState === "hidden" && "Notification" in window && Notification.permission === "granted") {
    const { head, body } = toldText(w);
    const shown = { body, tag: `watch-${w.id}`, icon: "/icons/icon-192.png", data: { url: hrefTo(placeOf(w)) } };
    void registration().then((worker) => worker?.showNotification(head, shown));
  }
}

export const hrefTo = (station: string): string => hrefOf({ page: null, view: "list", station });

function keepFollowing(): void {
  const waits = (watches.value ?? []).some((w) => w.state === "OPEN");
  watching.value = waits;
  if (!waits) {
    stop?.();
    stop = null;
  } else if (!stop) {
    client ??= openSocket({
      up: (again) => {
        if (again) void loadWatches();
      },
      down: () => {},
      token: accessToken,
    });
    stop = client.subscribe<WatchToldSubscription>(
      { query: WatchToldDocument.toString() },
      {
        next: (result) => {
          const told = result.data?.watchTold;
          if (!told) return;
          watches.value = (watches.value ?? []).map((w) => (w.id === told.id ? told : w));
          hear(told);
          keepFollowing();
        },
        error: () => {
          stop = null;
        },
        complete: () => {
          stop = null;
        },
      },
    );
    void loadWatches(); // what was told before the connection was there
  }
}

// What is followed is looked at again when the application comes back into sight: sockets sleep with the phone.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && watching.value) void loadWatches();
});

effect(() => {
  if (hasAccount.value) return;
  stop?.();
  stop = null;
  seen = new Set();
  batch(() => {
    watches.value = null;
    heard.value = [];
    way.value = null;
    watching.value = false;
  });
});
