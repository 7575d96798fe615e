/** What this deployment is; the last answer stands in while the server is asked. */
import { batch, computed, signal } from "@preact/signals";
import { ask } from "../api/client";
import { AboutDocument, type AboutQuery, OperatorsDocument, type OperatorsQuery } from "../api/generated/graphql";
import { keep, kept } from "./keep";

export type About = AboutQuery["about"];
export type Operators = OperatorsQuery["operators"];

// Xinzhou's middle, until the server says otherwise: the first list must not wait for it offline.
const FALLBACK_CENTRE = { lat: 38.4163, lon: 112.7341 };

export type PayChannel = AboutQuery["payChannels"][number];

export const about = signal<About | null>(null);
/** How one can pay here; where one cannot, nothing is said of charging. */
export const payChannels = signal<PayChannel[]>([]);
export const operators = signal<Operators>([]);
export const centre = computed(() => about.value?.centre ?? FALLBACK_CENTRE);

export async function loadAbout(): Promise<void> {
  const before = await kept<AboutQuery>("about-2");
  const learn = (answer: AboutQuery) =>
    batch(() => {
      about.value = answer.about;
      payChannels.value = answer.payChannels;
    });
  if (before) learn(before.value);
  const asked = ask(AboutDocument, {}).then((answer) => {
    learn(answer);
    return keep("about-2", answer);
  });
  if (before) asked.catch(() => {});
  else await asked.catch(() => {});
}

export async function loadOperators(): Promise<void> {
  if (operators.value.length) return;
  try {
    operators.value = (await ask(OperatorsDocument, {})).operators.filter((o) => o.stations > 0);
  } catch {
    // the sheet then shows no operators; the next opening asks again
  }
}
