/** What the driver asked to have started and has no answer to yet. It is written down before it is sent, under one key,
 *  so that a retry after a dead network or a killed application never starts twice (decision 0071). */
import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { OrdersDocument, StartChargingDocument, type StartInput } from "../api/generated/charging/graphql";
import { words } from "./me";
import { type OrderRow, told } from "./orders";
import { change, put, take } from "./purse";
import { askMine } from "./session";

/** How long an unanswered start is asked for again. Later it is only looked for: its driver may have left. */
export const ASK_AGAIN_MS = 90_000;

export interface Intent {
  key: string;
  at: number; // of this device's clock
  quotedAt: string; // of the gateway's: an order of this intent is younger
  evse: string;
  station: string;
  quotedFen: number | null;
  ask: StartInput;
}

/** Unanswered ones, as this device keeps them. */
export const intents = signal<Intent[]>([]);

export type Outcome =
  | { kind: "started"; order: OrderRow }
  | { kind: "refused"; code: string; text: string }
  /** It was certainly not sent. */
  | { kind: "unsent"; text: string }
  /** It was sent, and nobody said what became of it. */
  | { kind: "unknown"; text: string };

export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export async function loadIntents(): Promise<void> {
  intents.value = (await take<Intent[]>("intents")) ?? [];
}

async function remember(intent: Intent): Promise<void> {
  intents.value = [...intents.value.filter((i) => i.key !== intent.key), intent];
  await change<Intent[]>("intents", (old = []) => [...old.filter((i) => i.key !== intent.key), intent]).catch(() => {});
}

export async function forgetIntent(key: string): Promise<void> {
  intents.value = intents.value.filter((i) => i.key !== key);
  await change<Intent[]>("intents", (old = []) => old.filter((i) => i.key !== key)).catch(() => {});
}

/** Sends it, for the first time or again. */
export async function send(intent: Intent, offlineText: string): Promise<Outcome> {
  if (!navigator.onLine && !intents.value.some((i) => i.key === intent.key))
    return { kind: "unsent", text: offlineText };
  await remember(intent);
  try {
    const { startCharging } = await askMine(StartChargingDocument, { ask: intent.ask });
    await started(intent, startCharging);
    return { kind: "started", order: startCharging };
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError("SERVER", words(error), true);
    if (known.retryable) return { kind: "unknown", text: known.message };
    // Somebody else's session, or no session any more: this one was never begun under this key, or its answer says so.
    if (known.code !== "SIGN_IN") await forgetIntent(intent.key);
    return { kind: "refused", code: known.code, text: known.message };
  }
}

async function started(intent: Intent, order: OrderRow): Promise<void> {
  told(order);
  await put(`quoted:${order.number}`, intent.quotedFen).catch(() => {});
  await forgetIntent(intent.key);
}

/** Whether the gateway knows an order of this intent; null where it cannot be asked. */
async function found(intent: Intent): Promise<OrderRow | "none" | null> {
  try {
    const { orders } = await askMine(OrdersDocument, { first: 20 });
    const mine = orders.find((o) => o.evseId === intent.evse && Date.parse(o.createdAt) >= Date.parse(intent.quotedAt));
    return mine ?? "none";
  } catch {
    return null;
  }
}

/** Finds out what became of it. A young one is asked again under its key; an old one is looked for and, where there is
 *  none, given up: nothing starts when nobody stands at the pile. */
export async function resolve(intent: Intent, offlineText: string): Promise<Outcome> {
  const order = await found(intent);
  if (order === null) return { kind: "unknown", text: offlineText };
  if (order !== "none") {
    await started(intent, order);
    return { kind: "started", order };
  }
  if (Date.now() - intent.at < ASK_AGAIN_MS) return send(intent, offlineText);
  await forgetIntent(intent.key);
  return { kind: "refused", code: "NEVER_SENT", text: "" };
}
