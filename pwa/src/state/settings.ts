/** Choices of this device, kept in localStorage where it is allowed. */
import { effect, signal } from "@preact/signals";
import { NAVIGATORS, type Navigator } from "../kernel/navigation";
import type { Language } from "./url";

function read(key: string): string | null {
  try {
    return localStorage.getItem(`finder.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`finder.${key}`, value);
  } catch {
    // private mode or full: the choice lasts until the page closes
  }
}

export const elder = signal(read("elder") === "1");
export const navigator_ = signal<Navigator | null>(NAVIGATORS.find((n) => n === read("navigator")) ?? null);

/** Whether somebody is signed in on this device, and whether a session ran or something was waited for when it was
 *  last looked at: what is shown at the start is decided by these alone, before any of the account's code is there. */
export const hasAccount = signal(read("account") === "1");
export const running = signal(read("running") === "1");
export const watching = signal(read("watching") === "1");
/** The channel that was paid through last. */
export const channel = signal<string | null>(read("channel"));

export const keptLanguage = (): Language | null => {
  const kept = read("language");
  return kept === "en" || kept === "zh-CN" ? kept : null;
};
export const keepLanguage = (chosen: Language): void => write("language", chosen);

effect(() => {
  document.documentElement.classList.toggle("elder", elder.value);
  write("elder", elder.value ? "1" : "0");
});
effect(() => {
  if (navigator_.value) write("navigator", navigator_.value);
});
effect(() => {
  if (channel.value) write("channel", channel.value);
});
effect(() => write("account", hasAccount.value ? "1" : "0"));
effect(() => write("running", running.value ? "1" : "0"));
effect(() => write("watching", watching.value ? "1" : "0"));
window.addEventListener("storage", (event: StorageEvent) => {
  if (event.key === "finder.account") hasAccount.value = event.newValue === "1";
});
