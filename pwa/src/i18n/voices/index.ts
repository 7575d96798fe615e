/** The words of drivers' voices in the language in use; English comes when it is chosen, as the finder's does. */
import { effect, signal } from "@preact/signals";
import { language } from "..";
import { type VoiceWords, zh } from "./zh";

const english = signal<VoiceWords | null>(null);

/** Reading them in a component makes it follow the language. */
export function vw(): VoiceWords {
  return language.value === "en" && english.value ? english.value : zh;
}

/** Before a page is shown, so that it does not begin in the other language. */
export async function loadVoiceWords(): Promise<void> {
  if (language.peek() === "en") english.value ??= (await import("./en")).en;
}

effect(() => {
  if (language.value === "en") void loadVoiceWords().catch(() => {}); // Chinese stands in
});
