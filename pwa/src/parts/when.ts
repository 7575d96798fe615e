/** Moments in the reader's words; a charge is read in the station's zone, which is the phone's nearly always. */
import { language } from "../i18n";

const made = new Map<string, Intl.DateTimeFormat>();

function format(at: string | number, kind: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${language.value} ${kind}`;
  const formatter = made.get(key) ?? new Intl.DateTimeFormat(language.value, options);
  made.set(key, formatter);
  return formatter.format(new Date(at));
}

/** 2026年11月25日 */
export const dateText = (at: string | number) => format(at, "date", { dateStyle: "long" });

/** 14:05 */
export const timeText = (at: string | number) =>
  format(at, "time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** 11月25日 14:05 */
export const momentText = (at: string | number) =>
  format(at, "moment", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** 2026年11月 */
export const monthText = (at: string | number) => format(at, "month", { year: "numeric", month: "long" });

/** 14:05:09, for what lasts minutes. */
export const secondText = (at: string | number) => format(at, "second", { timeStyle: "medium", hourCycle: "h23" });
