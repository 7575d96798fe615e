/** The trip that is asked for, its answer, and those that are kept on this device. */
import { batch, signal } from "@preact/signals";
import { ApiError, ask } from "../api/client";
import {
  type CarClass,
  PlanTripDocument,
  type PlanTripQuery,
  type TripInput,
  type TripObjective,
} from "../api/generated/ways/graphql";
import type { Point } from "../kernel/geo";
import { dropAmong, type Kept, keepAmong, keptAmong } from "./keep";

const MOST_KEPT = 10;

export interface Spot {
  name: string;
  at: Point;
}

export interface Asked {
  by: "places" | "road";
  from: Spot | null;
  to: Spot | null;
  road: string | null;
  fromKm: number;
  toKm: number;
  /** The road's first and last kilometre. */
  ends: [number, number];
  car: CarClass;
  start: number;
  objective: TripObjective;
}

export type Answer = PlanTripQuery["planTrip"];

/** As it is kept: whole, with what it was called on screen. */
export interface Trip {
  id: string;
  from: string;
  to: string;
  car: CarClass;
  start: number;
  at: number;
  answer: Answer;
}

export const asked = signal<Asked>({
  by: "places",
  from: null,
  to: null,
  road: null,
  fromKm: 0,
  toKm: 0,
  ends: [0, 0],
  car: "FAMILY",
  start: 0.8,
  objective: "LEAST_TIME",
});
export const trip = signal<Trip | null>(null);
export const planning = signal(false);
export const tripTrouble = signal<ApiError | null>(null);
export const keptTrips = signal<Kept<Trip>[]>([]);

/** Its ends are told to a tenth of a kilometre, and may lie half of that inside. */
function within(km: number, [low, high]: [number, number]): number {
  if (km === low && low > 0) return low + 0.05;
  return km === high ? high - 0.05 : km;
}

const toInput = (a: Asked): TripInput => ({
  car: { kind: a.car },
  start: a.start,
  objectives: [a.objective],
  ...(a.by === "road"
    ? { road: a.road, fromKm: within(a.fromKm, a.ends), toKm: within(a.toKm, a.ends) }
    : { begin: a.from?.at ?? null, end: a.to?.at ?? null }),
});

export async function plan(from: string, to: string): Promise<void> {
  const question = asked.peek();
  planning.value = true;
  tripTrouble.value = null;
  try {
    const answer = (await ask(PlanTripDocument, { ask: toInput(question) })).planTrip;
    const at = Date.now();
    trip.value = { id: String(at), from, to, car: question.car, start: question.start, at, answer };
  } catch (error) {
    tripTrouble.value = error instanceof ApiError ? error : new ApiError("SERVER", String(error), true);
  } finally {
    planning.value = false;
  }
}

/** What keeping it takes, in bytes. */
export const sizeOf = (kept: Trip): number => new TextEncoder().encode(JSON.stringify(kept)).length;

export async function loadKeptTrips(): Promise<void> {
  keptTrips.value = await keptAmong<Trip>("trips");
}

export async function keepTrip(kept: Trip): Promise<void> {
  await keepAmong("trips", kept, MOST_KEPT);
  await loadKeptTrips();
}

export async function dropTrip(id: string): Promise<void> {
  await dropAmong<Trip>("trips", id);
  await loadKeptTrips();
}

export function openTrip(kept: Trip | null): void {
  batch(() => {
    trip.value = kept;
    tripTrouble.value = null;
  });
}
