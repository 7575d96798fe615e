/** Distances for reading, not for surveying. */

export interface Point {
  lat: number;
  lon: number;
}

/** Metres between two places on a sphere; within 0.6 % of the ellipsoid. */
export function metres(a: Point, b: Point): number {
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLon = (b.lon - a.lon) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** 380 -> ["380", "m"]; 1234 -> ["1.2", "km"]; 23456 -> ["23", "km"]. */
export function distanceParts(m: number): [string, "m" | "km"] {
  if (m < 995) return [String(Math.max(10, Math.round(m / 10) * 10)), "m"];
  return m < 9_950 ? [(m / 1000).toFixed(1), "km"] : [String(Math.round(m / 1000)), "km"];
}

/** A ring of `steps` corners around a centre, closed, as [lon, lat]. */
export function ring(centre: Point, radiusM: number, steps = 72): [number, number][] {
  const dLat = radiusM / 111_195;
  const dLon = dLat / Math.cos((centre.lat * Math.PI) / 180);
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = (i / steps) * 2 * Math.PI;
    return [centre.lon + dLon * Math.cos(angle), centre.lat + dLat * Math.sin(angle)];
  });
}
