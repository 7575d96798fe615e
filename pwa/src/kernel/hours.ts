/** Opening hours for reading. Spans are half-open minutes of the local week since Monday 00:00. */
import { hhmm } from "./tariff";

const DAY = 1440;

export interface DayHours {
  /** Days in a row with the same hours, 0 is Monday. */
  from: number;
  to: number;
  hours: string[];
}

/** Days of the same hours together; a span past midnight reads "18:00–02:00" on the day that it begins. */
export function byDays(spans: readonly (readonly number[])[]): DayHours[] {
  const days: string[][] = Array.from({ length: 7 }, () => []);
  for (const [start, end] of spans) {
    if (start === undefined || end === undefined) continue;
    for (let at = start; at < end; ) {
      const day = Math.floor(at / DAY);
      const midnight = (day + 1) * DAY;
      const tail = end - midnight;
      const stop = tail > 0 && tail <= DAY / 2 && at > day * DAY ? end : Math.min(end, midnight);
      const shown = stop === midnight ? DAY : stop % DAY;
      days[day % 7]?.push(`${hhmm(at % DAY)}–${hhmm(shown)}`);
      at = stop;
    }
  }
  const out: DayHours[] = [];
  days.forEach((hours, day) => {
    const last = out.at(-1);
    if (last && last.hours.join() === hours.join()) last.to = day;
    else if (hours.length) out.push({ from: day, to: day, hours });
  });
  return out;
}
