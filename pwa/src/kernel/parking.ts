/** What a car park's word is worth to whoever charged. Pure. */
import type { ParkingState } from "../api/generated/charging/graphql";

export interface Entitled {
  state: ParkingState;
  minutesFree: number;
  discountPercent: number;
  until: string;
  byPlate: boolean;
}

/** What to do at the exit: wait a moment, drive up, show the order, or pay as everybody does. */
export type AtExit = "wait" | "drive" | "show" | "pay" | "over";

export function atExit({ state, until, byPlate }: Entitled, now: number): AtExit {
  if (state === "REFUSED") return "pay";
  if (Date.parse(until) <= now) return "over";
  if (state === "SENT") return "wait";
  return state === "TAKEN" && byPlate ? "drive" : "show";
}

/** Whole minutes that are left to leave, none below zero. */
export const minutesLeft = (until: string, now: number): number =>
  Math.max(0, Math.floor((Date.parse(until) - now) / 60_000));

/** Looked at again while a car park may yet be told, or is being told: for some minutes after the end. */
const TOLD_WITHIN_MS = 5 * 60_000;

export function mayChange(entitled: Entitled | null, endedAt: string | null, now: number): boolean {
  if (entitled) return entitled.state === "SENT" && Date.parse(entitled.until) > now;
  return endedAt !== null && now - Date.parse(endedAt) < TOLD_WITHIN_MS;
}
