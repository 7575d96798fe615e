/** Ages of facts, kept as the moment of this device's clock at which they were seen, so that they tick on. */

/** Turns "seen `ageS` seconds ago" into a moment (ms of this device's clock); the server's clock never enters. */
export function seenAt(ageS: number | null | undefined, receivedAt: number): number | null {
  return ageS === null || ageS === undefined ? null : receivedAt - ageS * 1000;
}

export type AgeUnit = "now" | "second" | "minute" | "hour" | "day";

/** The largest unit that fits, rounded down: an age is never made to look younger by a bigger unit. */
export function ageParts(ageS: number): { unit: AgeUnit; count: number } {
  const s = Math.max(0, Math.floor(ageS));
  if (s < 10) return { unit: "now", count: 0 };
  if (s < 60) return { unit: "second", count: Math.floor(s / 5) * 5 };
  if (s < 3600) return { unit: "minute", count: Math.floor(s / 60) };
  if (s < 86_400) return { unit: "hour", count: Math.floor(s / 3600) };
  return { unit: "day", count: Math.floor(s / 86_400) };
}
