/** What a citizen reports of a bay, judged before it is sent; the gateway judges again. Pure. */

/** Of the gateway (docs/reports.md): what was seen earlier may have gone. */
export const OLDEST_MS = 2 * 3_600_000;

/** By one clock. */
export const tooOld = (seenAt: number, now: number): boolean => now - seenAt > OLDEST_MS;

export interface Spot {
  x: number;
  y: number;
}

/** As shares of the upright picture's width and height. */
export interface PlateFrame extends Spot {
  width: number;
  height: number;
}

// Of the gateway (docs/photos.md): a frame that shows more than a plate shows people, too.
const WIDEST = 0.6;
const HIGHEST = 0.4;
const SMALLEST = 0.02; // less is a slip of the finger
const STEPS = 10_000;

/** The frame between two corners, `large` and `small` where it can be no plate's. */
export function frameOf(a: Spot, b: Spot): PlateFrame | "large" | "small" {
  const [left, right] = span(a.x, b.x);
  const [top, bottom] = span(a.y, b.y);
  const width = right - left;
  const height = bottom - top;
  if (width > WIDEST * STEPS || height > HIGHEST * STEPS) return "large";
  if (width < SMALLEST * STEPS || height < SMALLEST * STEPS) return "small";
  return { x: left / STEPS, y: top / STEPS, width: width / STEPS, height: height / STEPS };
}

function span(a: number, b: number): [number, number] {
  const steps = [a, b].map((n) => Math.round(Math.min(1, Math.max(0, n)) * STEPS));
  return [Math.min(...steps), Math.max(...steps)];
}

/** The header `finder-plate-frame`. In steps, so that no sum of two shares lies beyond the picture. */
export const frameHeader = ({ x, y, width, height }: PlateFrame): string =>
  [x, y, width, height].map((share) => share.toFixed(4)).join(",");

/** Whole pixels of the same form, the longer side at most so many. */
export function fitted(width: number, height: number, most: number): [number, number] {
  const by = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * by)), Math.max(1, Math.round(height * by))];
}
