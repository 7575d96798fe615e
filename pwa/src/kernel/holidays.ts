/** Which warnings of holidays concern a county, and in which numbers they are said. Pure. */
export interface Gathering {
  place: string;
  holiday: string;
  first: string;
  last: string;
  taken: number;
  full: number;
}

export interface Warning {
  holiday: string;
  first: string;
  days: string;
  percent: number;
  /** Whether the percentage is of time without a free bay; else of bays that were taken. */
  full: boolean;
}

/** `areaCode`: GB/T 2260, of which the first six digits are the county. */
export function warningsOf(told: readonly Gathering[], areaCode: string | null): Warning[] {
  const county = areaCode?.slice(0, 6);
  return told
    .filter((each) => each.place === county)
    .map(({ holiday, first, last, taken, full }) => ({
      holiday,
      first,
      days: first === last ? day(first) : `${day(first)}–${day(last)}`,
      percent: Math.round(100 * (full >= 0.05 ? full : taken)),
      full: full >= 0.05,
    }));
}

const day = (date: string): string => {
  const [, month, of] = date.split("-").map(Number);
  return `${month}/${of}`;
};
