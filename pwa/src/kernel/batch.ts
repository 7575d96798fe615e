/** Which bills can be put on an invoice together, and what has been chosen of them. Pure; money in fen. */
import type { InvoiceState, OrderStage } from "../api/generated/charging/graphql";

/** The gateway's, for one request. */
export const MOST_ORDERS = 100;

export interface Bill {
  number: string;
  stage: OrderStage;
  createdAt: string;
  capturedFen: number | null;
  refundedFen: number;
}

export interface Asked {
  state: InvoiceState;
  lines: readonly { order: string }[];
}

const STANDS: readonly InvoiceState[] = ["REQUESTED", "ISSUED", "REVERSING"];

/** The issuer is still at it. */
export const moves = (state: InvoiceState): boolean => state === "REQUESTED" || state === "REVERSING";

export const keptFen = (bill: Pick<Bill, "capturedFen" | "refundedFen">): number =>
  (bill.capturedFen ?? 0) - bill.refundedFen;

/** Paid, not given back, and on no invoice that stands; in the order given. */
export function invoiceable<B extends Bill>(bills: readonly B[], invoices: readonly Asked[]): B[] {
  const taken = new Set(invoices.filter((i) => STANDS.includes(i.state)).flatMap((i) => i.lines.map((l) => l.order)));
  return bills.filter((b) => b.stage === "DONE" && keptFen(b) > 0 && !taken.has(b.number));
}

/** With these chosen too, or no longer; never more than go into one request, the first ones first. */
export function chosen(before: ReadonlySet<string>, numbers: readonly string[], on: boolean): Set<string> {
  const after = new Set(before);
  for (const number of numbers) {
    if (!on) after.delete(number);
    else if (after.size < MOST_ORDERS) after.add(number);
  }
  return after;
}

export const sumFen = (bills: readonly Bill[], picked: ReadonlySet<string>): number =>
  bills.reduce((sum, b) => (picked.has(b.number) ? sum + keptFen(b) : sum), 0);

/** The chosen bill that a refusal names: one that cannot be invoiced refuses the whole request. */
export const blamed = (message: string, picked: ReadonlySet<string>): string | null =>
  [...picked].find((number) => message.includes(number)) ?? null;
