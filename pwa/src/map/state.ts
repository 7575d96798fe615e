/** What the map shows: asked for when it has come to rest, kept in step by flips. */
import { signal } from "@preact/signals";
import { ask } from "../api/client";
import { BoxDocument, type BoxInput } from "../api/generated/graphql";
import { box as link } from "../state/box";
import { filters } from "../state/route";
import { toStationFilter } from "../state/url";
import { type Box, flippedBox } from "./features";

const FIRST = 200; // stations on one screen; beyond it the map says so
const BEYOND = 0.15; // asked for around the screen's edges, so that a small pan shows no gap

export const shown = signal<Box | null>(null);
export const boxFailed = signal<string | null>(null);

let running: AbortController | null = null;
let last: { box: BoxInput; zoom: number } | null = null;

export function wider(box: BoxInput): BoxInput {
  const dLat = (box.north - box.south) * BEYOND;
  const dLon = (box.east - box.west) * BEYOND;
  return {
    south: Math.max(-90, box.south - dLat),
    north: Math.min(90, box.north + dLat),
    west: Math.max(-180, box.west - dLon),
    east: Math.min(180, box.east + dLon),
  };
}

export async function askBox(screen: BoxInput, zoom: number): Promise<void> {
  const asked = { box: wider(screen), zoom };
  last = asked;
  running?.abort();
  const mine = new AbortController();
  running = mine;
  try {
    const answer = await ask(
      BoxDocument,
      { box: asked.box, zoom: Math.floor(zoom), filter: toStationFilter(filters.value), first: FIRST },
      mine.signal,
    );
    if (mine.signal.aborted) return;
    shown.value = answer.stationsInBox;
    boxFailed.value = null;
    link.value = {
      bounds: asked.box,
      follows: answer.stationsInBox.stations.length > 0,
      ask: () => last && void askBox(screen, zoom),
      flip: (flip) => {
        if (shown.value) shown.value = flippedBox(shown.value, flip);
      },
    };
  } catch (error) {
    if (!mine.signal.aborted) boxFailed.value = error instanceof Error ? error.message : String(error);
  }
}

/** Nobody looks: nothing needs to be followed. */
export function rest(): void {
  running?.abort();
  link.value = { bounds: null, follows: false };
}
