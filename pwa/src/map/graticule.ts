/** Lines of latitude and longitude, so that a map without roads still shows how it moves and how large it is. Pure. */
import type { FeatureCollection, MultiLineString } from "geojson";
import type { BoxInput } from "../api/generated/graphql";

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const WANTED_LINES = 6;

/** Degrees between lines: the smallest handsome step that draws at most about six across. */
export function stepFor(spanDegrees: number): number {
  return STEPS.find((step) => spanDegrees / step <= WANTED_LINES) ?? 30;
}

/** Both families of lines through a box, a little beyond its edges. */
export function graticule(box: BoxInput): FeatureCollection<MultiLineString> {
  const step = stepFor(Math.max(box.east - box.west, 0.01));
  const from = (edge: number) => Math.floor(edge / step - 1);
  const to = (edge: number) => Math.ceil(edge / step + 1);
  const lines: [number, number][][] = [];
  for (let i = from(box.west); i <= to(box.east); i++)
    lines.push([
      [i * step, Math.max(-85, box.south - step)],
      [i * step, Math.min(85, box.north + step)],
    ]);
  for (let i = from(box.south); i <= to(box.north); i++) {
    if (Math.abs(i * step) > 85) continue;
    lines.push([
      [box.west - step, i * step],
      [box.east + step, i * step],
    ]);
  }
  return {
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } }],
  };
}
