/** What an order's facts mean to its driver. Pure; money in fen. */
import type { OrderStage } from "../api/generated/charging/graphql";

/** 1234 -> "12.34" */
export const yuanOfFen = (fen: number): string => (fen / 100).toFixed(2);

/** A session of one's own is, or may yet be, at the pile. */
export const isRunning = (stage: OrderStage): boolean =>
  ["HOLDING", "CONFIRM", "STARTING", "CHARGING", "STOPPING"].includes(stage);

/** Its money is still on the way. */
export const isSettling = (stage: OrderStage): boolean => ["BILLING", "PAYING", "COLLECTING"].includes(stage);

export const isOver = (stage: OrderStage): boolean => !isRunning(stage) && !isSettling(stage);

/** 0 sent, 1 the pile has answered, 2 energy flows: never said before a reading says so. */
export function startStep(order: { stage: OrderStage; kwh: number | null; kw: number | null }): 0 | 1 | 2 {
  if (order.stage !== "CHARGING") return 0;
  return (order.kw ?? 0) > 0 || (order.kwh ?? 0) > 0 ? 2 : 1;
}

export interface Reading {
  at: string;
  kwh: number | null;
  kw: number | null;
  soc: number | null;
}

const MAX_READINGS = 500;

/** With a newer reading at its end; an older one, or the same again, changes nothing. */
export function withReading(readings: readonly Reading[], next: Reading | null): Reading[] {
  const last = readings.at(-1);
  if (!next || (last && Date.parse(last.at) >= Date.parse(next.at))) return [...readings];
  return [...readings, next].slice(-MAX_READINGS);
}

export interface Paid {
  createdAt: string;
  capturedFen: number | null;
  refundedFen: number;
}

/** What was paid, refunds off, by month as `month` names it; orders in the order given. */
export function byMonth<O extends Paid>(
  orders: readonly O[],
  month: (at: string) => string,
): { month: string; paidFen: number; orders: O[] }[] {
  const out: { month: string; paidFen: number; orders: O[] }[] = [];
  for (const order of orders) {
    const name = month(order.createdAt);
    let last = out.at(-1);
    if (last?.month !== name) {
      last = { month: name, paidFen: 0, orders: [] };
      out.push(last);
    }
    last.orders.push(order);
    last.paidFen += (order.capturedFen ?? 0) - order.refundedFen;
  }
  return out;
}

export const MAX_CAP_FEN = 100_000; // the gateway's
const MIN_CAP_FEN = 500;
const STEP_FEN = 500;

/** The cap that is offered first: a fifth above what is known of the price, to the next five yuan; 50 where nothing is. */
export function offeredCap(quote: {
  totalFen: number | null;
  electricityFen: number | null;
  serviceFen: number | null;
}): number {
  const known = quote.totalFen ?? (quote.electricityFen ?? 0) + (quote.serviceFen ?? 0);
  if (known === 0) return 5_000;
  const offered = Math.ceil((known * 1.2) / STEP_FEN) * STEP_FEN;
  return Math.min(MAX_CAP_FEN, Math.max(MIN_CAP_FEN, offered));
}

/** What somebody typed in yuan, in fen; null where it is no amount from 1 to 1,000 yuan. */
export function capOf(text: string): number | null {
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(text.trim())) return null;
  const fen = Math.round(Number(text) * 100);
  return fen >= 100 && fen <= MAX_CAP_FEN ? fen : null;
}

/** The next time of that clock, e.g. "18:30", in this device's zone; tomorrow's where today's has passed. */
export function nextTime(clock: string, now: number): Date | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(clock);
  if (!match) return null;
  const at = new Date(now);
  at.setHours(Number(match[1]), Number(match[2]), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at;
}
