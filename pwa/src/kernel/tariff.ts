/** Where in its tariff a station is at this minute. */

export interface Period {
  start: number;
  end: number;
  electricityE4: number;
  serviceE4: number;
  totalE4: number;
}

export type Level = "low" | "middle" | "high";

/** The minute of the local day (0 … 1439) in an IANA zone; in Shanghai's where the zone is not known here. */
export function minuteOfDay(at: number, zone: string): number {
  let format: Intl.DateTimeFormat;
  try {
    format = clock(zone);
  } catch {
    format = clock("Asia/Shanghai");
  }
  const parts = format.formatToParts(at);
  const value = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return (value("hour") % 24) * 60 + value("minute");
}

function clock(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** The period that holds the minute: its start is inside, its end is not. */
export function periodAt<P extends Period>(periods: readonly P[], minute: number): P | null {
  return periods.find((p) => p.start <= minute && minute < p.end) ?? null;
}

/** Neighbouring spans of one price become one, for reading. */
export function merged(periods: readonly Period[]): Period[] {
  const out: Period[] = [];
  for (const period of periods) {
    const last = out.at(-1);
    if (
      last &&
      last.end === period.start &&
      last.electricityE4 === period.electricityE4 &&
      last.serviceE4 === period.serviceE4
    )
      last.end = period.end;
    else out.push({ ...period });
  }
  return out;
}

/** The day's cheapest price is low, its dearest high, all between middle; one price all day is middle. */
export function level(period: Period, periods: readonly Period[]): Level {
  const totals = periods.map((p) => p.totalE4);
  const least = Math.min(...totals);
  const most = Math.max(...totals);
  if (least === most) return "middle";
  if (period.totalE4 === least) return "low";
  return period.totalE4 === most ? "high" : "middle";
}

/** 1320 -> "22:00", 1440 -> "24:00". */
export function hhmm(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
