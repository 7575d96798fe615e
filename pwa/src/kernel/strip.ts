/** A road as a strip: what lies on it in order, and the ways without a charger. Pure. */

export const GAP_KM = 50; // the plan's bound

export type Direction = "FORWARD" | "BACKWARD";

export interface Gap {
  fromKm: number;
  toKm: number;
}

/** Ways longer than `longestKm` between chargers, the ends of the road and of its parts counted as if one had to get
 *  there; rising. What lies in `breaks` is no part of the road. */
export function gapsBetween(
  kms: readonly number[],
  fromKm: number,
  toKm: number,
  breaks: readonly Gap[] = [],
  longestKm = GAP_KM,
): Gap[] {
  const rising = kms.toSorted((a, b) => a - b);
  const begins = [fromKm, ...breaks.map((gone) => gone.toKm)];
  const ends = [...breaks.map((gone) => gone.fromKm), toKm];
  return begins.flatMap((begin, part) => {
    const end = ends[part] as number;
    const stops = [begin, ...rising.filter((km) => km > begin && km < end), end];
    return stops.slice(1).flatMap((km, i) => {
      const before = stops[i] as number;
      return km - before > longestKm ? [{ fromKm: before, toKm: km }] : [];
    });
  });
}

export type Row<P, C> =
  | { kind: "place"; km: number; place: P }
  | { kind: "chargers"; km: number; chargers: C[]; nextKm: number | null; toBreak: boolean }
  | { kind: "break"; km: number; gap: Gap }
  | { kind: "resume"; km: number }
  | { kind: "gap"; km: number; gap: Gap };

export interface Drawn {
  /** Kilometres since the row before. */
  afterKm: number;
  /** The road is interrupted between the row before and this one. */
  inBreak: boolean;
  /** No charger between the row before and this one, for longer than the bound. */
  inGap: boolean;
}

/** Down the screen as one drives. Chargers within `groupKm` of the first share a row; `nextKm` is how
 *  far it is from a row's last to the next one, null where there is none; `toBreak`: the road is interrupted first. */
export function strip<P extends { km: number }, C extends { km: number }>(
  places: readonly P[],
  chargers: readonly C[],
  gaps: readonly Gap[],
  direction: Direction,
  groupKm = 1,
  breaks: readonly Gap[] = [],
): (Row<P, C> & Drawn)[] {
  const sign = direction === "FORWARD" ? 1 : -1;
  const groups: C[][] = [];
  for (const charger of chargers.toSorted((a, b) => sign * (a.km - b.km))) {
    const group = groups.at(-1);
    if (group && Math.abs(charger.km - (group[0] as C).km) <= groupKm) group.push(charger);
    else groups.push([charger]);
  }
  const rows: Row<P, C>[] = [
    ...gaps.map((gap) => ({ kind: "gap" as const, km: sign > 0 ? gap.fromKm : gap.toKm, gap })),
    ...breaks.map((gap) => ({ kind: "break" as const, km: sign > 0 ? gap.fromKm : gap.toKm, gap })),
    ...breaks.map((gap) => ({ kind: "resume" as const, km: sign > 0 ? gap.toKm : gap.fromKm })),
    ...places.map((place) => ({ kind: "place" as const, km: place.km, place })),
    ...groups.map((group, i) => {
      const next = groups[i + 1]?.[0];
      const last = group.at(-1) as C;
      const until = next ? sign * next.km : Number.POSITIVE_INFINITY;
      const ahead = (gap: Gap) => sign * (sign > 0 ? gap.fromKm : gap.toKm);
      return {
        kind: "chargers" as const,
        km: (group[0] as C).km,
        chargers: group,
        nextKm: next ? Math.abs(next.km - last.km) : null,
        toBreak: breaks.some((gap) => ahead(gap) >= sign * last.km && ahead(gap) < until),
      };
    }),
  ];
  const order = { resume: 0, place: 1, chargers: 2, break: 3, gap: 4 };
  rows.sort((a, b) => sign * (a.km - b.km) || order[a.kind] - order[b.kind]);
  return rows.map((row, i) => {
    const before = rows[i - 1]?.km ?? row.km;
    const [low, high] = [Math.min(before, row.km), Math.max(before, row.km)];
    return {
      ...row,
      afterKm: high - low,
      inBreak: high > low && breaks.some((gap) => low >= gap.fromKm && high <= gap.toKm),
      inGap: high > low && gaps.some((gap) => low >= gap.fromKm && high <= gap.toKm),
    };
  });
}
