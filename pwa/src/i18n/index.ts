/** The language in use. Chinese is in the shell; any other is fetched when it is chosen. */
import { computed, signal } from "@preact/signals";
import type { Language } from "../state/url";
import type { Messages } from "./messages";
import { zh } from "./zh";

const current = signal<{ language: Language; messages: Messages }>({ language: "zh-CN", messages: zh });

export const language = computed(() => current.value.language);

/** The messages; reading them in a component makes it follow the language. */
export function t(): Messages {
  return current.value.messages;
}

export async function useLanguage(chosen: Language): Promise<void> {
  const messages = chosen === "en" ? (await import("./en")).en : zh;
  current.value = { language: chosen, messages };
  document.documentElement.lang = chosen;
}

/** The name for this reader: the English one only where there is one and English is read. */
export function named(thing: { name: string; nameEn?: string | null }): string {
  return language.value === "en" && thing.nameEn ? thing.nameEn : thing.name;
}
