/** Bills and the invoices that were asked for of them. */
import { batch, effect, signal } from "@preact/signals";
import { InvoicingDocument, type InvoicingQuery, RequestInvoiceDocument } from "../api/generated/charging/graphql";
import { MOST_ORDERS } from "../kernel/batch";
import { words } from "./me";
import { askMine } from "./session";
import { hasAccount } from "./settings";

export type Billed = InvoicingQuery["orders"][number];
export type Invoiced = InvoicingQuery["invoices"][number];

export const bills = signal<Billed[] | null>(null);
export const invoices = signal<Invoiced[]>([]);
export const invoicesTrouble = signal<string | null>(null);

// Nothing of another account is shown.
effect(() => {
  if (hasAccount.value) return;
  batch(() => {
    bills.value = null;
    invoices.value = [];
    invoicesTrouble.value = null;
  });
});

export async function loadInvoices(): Promise<void> {
  try {
    const answer = await askMine(InvoicingDocument, { first: MOST_ORDERS });
    batch(() => {
      bills.value = answer.orders;
      invoices.value = answer.invoices;
      invoicesTrouble.value = null;
    });
  } catch (error) {
    invoicesTrouble.value = words(error);
  }
}

export interface Buyer {
  title: string;
  taxNumber: string | null;
  idempotencyKey: string;
}

/** How many invoices were asked for. Raises ApiError. */
export async function request(orders: string[], buyer: Buyer): Promise<number> {
  const { requestInvoice } = await askMine(RequestInvoiceDocument, { orders, ...buyer });
  await loadInvoices();
  return requestInvoice.length;
}
