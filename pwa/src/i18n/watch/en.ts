import type { WatchWords } from "./zh";

export const en: WatchWords = {
  title: "Tell me when",
  begin: { FREES: "Tell me when one frees", DRIVING: "On my way: tell me if it fills" },
  beginning: "Setting it…",
  signIn: "Sign in to be told when a bay frees",
  open: {
    FREES: (time) => `You will be told once when a bay frees, until ${time}`,
    DRIVING: (time) => `You will be told once if it fills, until ${time}`,
  },
  rings: "This device will be notified",
  here: "This device cannot be reached by push: keep this page open and it will be said here",
  refused: "Notifications are not allowed: keep this page open and it will be said here",
  end: "Do not tell me",
  endNamed: (name) => `Do not tell me: ${name}`,
  told: {
    FREES: (name) => `${name}: a bay is free`,
    DRIVING: (name) => `${name} has just filled`,
  },
  toldAt: (time) => `told at ${time}`,
  first: "First come, first served",
  other: (name, km, free) => `The nearest is ${name}: ${km} km from there, ${free} free`,
  noOther: "No free bay is known near by",
  look: "Look",
  dismiss: "Got it",
  none: "None. Where a station has no free bay, its page offers to tell you.",
  kinds: { FREES: "waiting", DRIVING: "driving there" },
  states: { OPEN: "open", TOLD: "told", ENDED: "over" },
  until: (time) => `until ${time}`,
  holiday: (name, days, percent) =>
    `${name} (${days}): in earlier years stations of this county had no free bay ${percent}% of the time`,
  holidayBusy: (name, days, percent) =>
    `${name} (${days}): in earlier years ${percent}% of this county's bays were taken`,
};
