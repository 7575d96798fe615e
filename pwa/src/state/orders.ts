/** One's orders: the list, and the one that is looked at, followed live and kept for when there is no network. */
import { batch, computed, effect, signal } from "@preact/signals";
import type { Client } from "graphql-ws";
import { ApiError } from "../api/client";
import {
  OrderDocument,
  type OrderNowFragment,
  OrderProgressedDocument,
  type OrderProgressedSubscription,
  OrdersDocument,
  type OrderWholeFragment,
  StopChargingDocument,
} from "../api/generated/charging/graphql";
import { openSocket } from "../api/socket";
import { isOver, isRunning, type Reading, withReading } from "../kernel/order";
import { words } from "./me";
import { put, take } from "./purse";
import { accessToken, askMine } from "./session";
import { hasAccount, running } from "./settings";

export type OrderRow = OrderNowFragment;
export type Order = OrderWholeFragment;

const FIRST = 50;
const POLL_MS = 5_000;
const SLOW_POLL_MS = 30_000; // beside a live connection, and of an order whose money is on the way
const AGAIN_MS = 15_000;

export const orders = signal<OrderRow[] | null>(null);
export const ordersKeptSince = signal<number | null>(null);
export const ordersTrouble = signal<string | null>(null);
export const runningOrders = computed(() => (orders.value ?? []).filter((o) => isRunning(o.stage)));

export const order = signal<Order | null>(null);
export const orderTrouble = signal<ApiError | null>(null);
/** Whether what is on screen is in step with the gateway: heard of it live, or asked a moment ago. */
export const inStep = signal(false);

// Nothing of another account is shown.
effect(() => {
  if (hasAccount.value) return;
  batch(() => {
    orders.value = null;
    order.value = null;
    ordersTrouble.value = null;
  });
});

interface Kept<T> {
  at: number;
  value: T;
}

/** What this device kept comes at once, the gateway's answer when it can. */
export async function loadOrders(): Promise<void> {
  if (!hasAccount.value) return;
  if (orders.value === null) {
    const kept = await take<Kept<OrderRow[]>>("orders");
    if (kept && orders.value === null)
      batch(() => {
        orders.value = kept.value;
        ordersKeptSince.value = kept.at;
      });
  }
  try {
    const answer = await askMine(OrdersDocument, { first: FIRST });
    batch(() => {
      orders.value = answer.orders;
      ordersKeptSince.value = null;
      ordersTrouble.value = null;
      running.value = runningOrders.value.length > 0;
    });
    await put("orders", { at: Date.now(), value: answer.orders }).catch(() => {});
  } catch (error) {
    ordersTrouble.value = words(error);
  }
}

export async function loadOrder(number: string): Promise<void> {
  if (order.value?.number !== number) {
    const kept = await take<Kept<Order>>(`order:${number}`);
    batch(() => {
      order.value = kept?.value ?? null;
      orderTrouble.value = null;
      inStep.value = false;
    });
  }
  try {
    const answer = await askMine(OrderDocument, { number });
    batch(() => {
      order.value = answer.order;
      orderTrouble.value = null;
      inStep.value = true;
    });
    learn(answer.order);
  } catch (error) {
    batch(() => {
      inStep.value = false;
      orderTrouble.value = error instanceof ApiError ? error : new ApiError("SERVER", words(error), true);
    });
  }
}

/** The list knows what is learnt of one of its orders, and the device keeps it. */
function learn(now: OrderRow | Order): void {
  const list = orders.value;
  if (list) {
    const known = list.some((o) => o.number === now.number);
    orders.value = known ? list.map((o) => (o.number === now.number ? { ...o, ...now } : o)) : [now, ...list];
    running.value = runningOrders.value.length > 0;
    void put("orders", { at: Date.now(), value: orders.value }).catch(() => {});
  } else if (isRunning(now.stage)) running.value = true;
  if (order.value?.number === now.number) void put(`order:${now.number}`, { at: Date.now(), value: order.value });
}

/** An order that was begun or changed by what one asked. */
export function told(now: OrderRow): void {
  if (order.value?.number === now.number) order.value = merged(order.value, now);
  learn(now);
}

const readingOf = (o: OrderRow): Reading | null =>
  o.observedAt ? { at: o.observedAt, kwh: o.kwh, kw: o.kw, soc: o.soc } : null;

const merged = (before: Order, now: OrderRow): Order => ({
  ...before,
  ...now,
  readings: withReading(before.readings, readingOf(now)),
});

let client: Client | null = null;
const up = signal(false);

/** Follows an order until the returned function is called: live where it can be, asked for where not. */
export function follow(number: string): () => void {
  let ended = false;
  let stop: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let askedAt = 0;
  client ??= openClient();
  const listen = () => {
    if (ended || order.value?.number !== number) return;
    stop = subscribe(number, () => {
      stop = null;
      setTimeout(listen, AGAIN_MS);
    });
  };
  const poll = async () => {
    clearTimeout(timer);
    if (ended) return;
    const now = order.value;
    const live = up.value && stop !== null;
    if (!live) inStep.value = Date.now() - askedAt < 2 * POLL_MS && orderTrouble.value === null;
    const wait = live || (now && !isRunning(now.stage)) ? SLOW_POLL_MS : POLL_MS;
    if (document.visibilityState === "visible" && Date.now() - askedAt >= wait && !(now && isOver(now.stage))) {
      askedAt = Date.now();
      await loadOrder(number);
    }
    if (!ended) timer = setTimeout(() => void poll(), 1_000);
  };
  const look = () => {
    if (document.visibilityState !== "visible") return;
    askedAt = 0;
    void poll();
  };
  askedAt = Date.now();
  void loadOrder(number).then(() => {
    listen();
    void poll();
  });
  addEventListener("online", look);
  document.addEventListener("visibilitychange", look);
  return () => {
    ended = true;
    clearTimeout(timer);
    stop?.();
    removeEventListener("online", look);
    document.removeEventListener("visibilitychange", look);
  };
}

const openClient = () =>
  openSocket({
    up: () => {
      up.value = true;
    },
    down: () => {
      up.value = false;
      inStep.value = false;
    },
    token: accessToken,
  });

function subscribe(number: string, onEnd: () => void): () => void {
  let over = false;
  const end = () => {
    if (!over) onEnd();
    over = true;
  };
  const stop = client?.subscribe<OrderProgressedSubscription>(
    { query: OrderProgressedDocument.toString(), variables: { number } },
    {
      next: (result) => {
        if (!result.data) return;
        told(result.data.orderProgressed);
        inStep.value = true;
      },
      error: end, // the poll goes on meanwhile
      complete: end,
    },
  );
  return () => {
    over = true;
    stop?.();
  };
}

/** Asks for the end. Returns what went wrong, in words, or null. */
export async function stopCharging(number: string): Promise<string | null> {
  try {
    told((await askMine(StopChargingDocument, { number })).stopCharging);
    return null;
  } catch (error) {
    return words(error);
  }
}
