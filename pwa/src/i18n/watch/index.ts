/** What is said of watches and holidays, in the language in use; English comes when it is chosen, as the finder's does. */
import { effect, signal } from "@preact/signals";
import { language } from "..";
import { type WatchWords, zh } from "./zh";

const english = signal<WatchWords | null>(null);

/** Reading them in a component makes it follow the language. */
export function wt(): WatchWords {
  return language.value === "en" && english.value ? english.value : zh;
}

/** Before a part is shown, so that it does not begin in the other language. */
export async function loadWatchWords(): Promise<void> {
  if (language.peek() === "en") english.value ??= (await import("./en")).en;
}

effect(() => {
  if (language.value === "en") void loadWatchWords().catch(() => {}); // Chinese stands in
});
