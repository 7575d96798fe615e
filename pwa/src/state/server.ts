/** How far this device's clock is off, so that ages of what the gateway dates are true on a phone that is not. */

let offMs = 0;

/** From the Date header of an answer, which counts whole seconds. */
export function learnClock(date: string | null, askedAt: number, now: number): void {
  const said = date ? Date.parse(date) : Number.NaN;
  // A slow answer tells little: only what cannot be the network's doing counts.
  if (Number.isNaN(said)) return;
  const least = said - now;
  const most = said + 1_000 - askedAt;
  offMs = least > 2_000 ? least : most < -2_000 ? most : 0;
}

/** A moment that the gateway named, by this device's clock. */
export const here = (at: string): number => Date.parse(at) - offMs;

/** Now, as the gateway's clock says. */
export const there = (): number => Date.now() + offMs;
