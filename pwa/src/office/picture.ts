/** The live picture as tables want it. Pure. */
import type { CountedFragment, PicturedFragment } from "../api/generated/supervision/graphql";

export type Picture = PicturedFragment;
export type Count = CountedFragment;

/** What bays are drawn as, in the order of a bar. */
export const STATES = ["available", "charging", "taken", "faulted", "offline", "unknown"] as const;
export type State = (typeof STATES)[number];

/** How many bays are so; taken is plugged, reserved, or blocked by a car that does not charge. */
export function inState(count: Count, state: State): number {
  return state === "taken" ? count.occupied + count.blocked + count.reserved : count[state];
}

/** The picture with what changed in it; what is not told stays as it was. */
export function merged(before: Picture | null, told: Picture): Picture {
  if (told.whole || before === null) return told;
  return {
    ...told,
    whole: true,
    lines: taken(before.lines, told.lines, (line) => `${line.county} ${line.operator}`),
    counties: taken(before.counties, told.counties, (county) => county.code),
    operators: taken(before.operators, told.operators, (operator) => operator.id),
  };
}

function taken<T>(before: readonly T[], told: readonly T[], key: (each: T) => string): T[] {
  const news = new Map(told.map((each) => [key(each), each]));
  return before.map((each) => news.get(key(each)) ?? each);
}

/** Whole percent, never 100 where something is missing and never 0 where something is there; a dash for unknown. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return "—";
  const whole = Math.round(share * 100);
  return `${share < 1 ? Math.min(99, share > 0 ? Math.max(1, whole) : 0) : whole} %`;
}

/** An age in words, Chinese and English, of seconds; a dash for never. */
export function ageWords(seconds: number | null): string {
  if (seconds === null) return "—";
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} 秒 s`;
  if (s < 3_600) return `${Math.floor(s / 60)} 分 min`;
  if (s < 172_800) return `${Math.floor(s / 3_600)} 时 h`;
  return `${Math.floor(s / 86_400)} 天 d`;
}
