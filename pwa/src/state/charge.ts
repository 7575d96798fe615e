/** What is wanted at a plug, and what it will cost: the state of the page on which charging begins. */
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, ask } from "../api/client";
import { BayDocument, type BayQuery, type PricedFragment, QuotedDocument } from "../api/generated/charging/graphql";
import { nextTime } from "../kernel/order";
import { words } from "./me";
import { there } from "./server";
import type { Plug } from "./url";

export type Station = NonNullable<BayQuery["station"]>;
export type Quote = PricedFragment;

/** `leave` is minutes from now, or a clock's next time such as "18:30". */
export type Want = { kind: "energy"; kwh: number } | { kind: "leave"; minutes: number } | { kind: "clock"; at: string };

export const plug = signal<Plug | null>(null);
export const station = signal<Station | null>(null);
export const gone = signal(false);
export const connectorId = signal<string | null>(null);
export const want = signal<Want>({ kind: "energy", kwh: 20 });
/** What the car takes, asked for where the pile's own power is not known. */
export const carKw = signal<number | null>(null);

export const quote = signal<Quote | null>(null);
export const quoting = signal(false);
export const quoteTrouble = signal<ApiError | null>(null);

/** What became of the last tap, where it started nothing. */
export const refused = signal<{ code: string; text: string } | null>(null);

export const evse = computed(() => station.value?.evses.find((e) => e.id === plug.value?.evse) ?? null);

export async function openPlug(next: Plug): Promise<void> {
  batch(() => {
    if (plug.value?.evse !== next.evse) {
      station.value = null;
      quote.value = null;
    }
    plug.value = next;
    connectorId.value = next.connector;
    gone.value = false;
    quoteTrouble.value = null;
    refused.value = null;
  });
  try {
    const { station: found } = await ask(BayDocument, { station: next.station });
    const bay = found?.evses.find((e) => e.id === next.evse);
    batch(() => {
      station.value = found;
      gone.value = !bay;
      connectorId.value ??= bay?.connectors[0]?.id ?? null;
    });
  } catch (error) {
    quoteTrouble.value = asApi(error);
  }
}

const asApi = (error: unknown) => (error instanceof ApiError ? error : new ApiError("SERVER", words(error), true));

let running: AbortController | null = null;

export async function askQuote(): Promise<void> {
  const at = plug.peek();
  if (!at || !evse.peek()) return;
  running?.abort();
  const mine = new AbortController();
  running = mine;
  quoting.value = true;
  try {
    const kw = carKw.peek();
    const answer = await ask(
      QuotedDocument,
      {
        ask: {
          stationId: at.station,
          evseId: at.evse,
          connectorId: connectorId.peek(),
          ...wanted(want.peek()),
          ...(kw === null ? {} : { dcKw: kw, acKw: kw }),
        },
      },
      mine.signal,
    );
    batch(() => {
      quote.value = answer.quote;
      quoteTrouble.value = null;
    });
  } catch (error) {
    if (mine.signal.aborted) return;
    batch(() => {
      quote.value = null;
      quoteTrouble.value = asApi(error);
    });
  } finally {
    if (running === mine) quoting.value = false;
  }
}

function wanted(w: Want): { energyKwh: number } | { leaveAt: string } {
  if (w.kind === "energy") return { energyKwh: w.kwh };
  if (w.kind === "leave") return { leaveAt: new Date(there() + w.minutes * 60_000).toISOString() };
  return { leaveAt: (nextTime(w.at, Date.now()) ?? new Date(there() + 3_600_000)).toISOString() };
}

/** A new quote whenever another one is asked for, until the returned function is called. */
export function followWant(): () => void {
  return effect(() => {
    if (evse.value && connectorId.value && want.value && (carKw.value ?? true)) void askQuote();
  });
}

export const expired = (q: Quote): boolean => there() >= Date.parse(q.validUntil);
