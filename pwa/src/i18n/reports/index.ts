/** The reports' words in the language in use; English comes when it is chosen, as the finder's does. */
import { effect, signal } from "@preact/signals";
import { language } from "..";
import { type ReportWords, zh } from "./zh";

const english = signal<ReportWords | null>(null);

/** Reading them in a component makes it follow the language. */
export function rw(): ReportWords {
  return language.value === "en" && english.value ? english.value : zh;
}

/** Before a page is shown, so that it does not begin in the other language. Never fails: Chinese stands in. */
export async function loadReportWords(): Promise<void> {
  if (language.peek() === "en") english.value ??= (await import("./en").catch(() => null))?.en ?? null;
}

effect(() => {
  if (language.value === "en") void loadReportWords();
});
