import { expect, test } from "vitest";
import {
  type Asked,
  type Bill,
  blamed,
  chosen,
  invoiceable,
  keptFen,
  MOST_ORDERS,
  moves,
  sumFen,
} from "../src/kernel/batch";

const bill = (number: string, patch: Partial<Bill> = {}): Bill => ({
  number,
  stage: "DONE",
  createdAt: "2026-11-25T06:30:00Z",
  capturedFen: 1_000,
  refundedFen: 0,
  ...patch,
});
const asked = (state: Asked["state"], ...orders: string[]): Asked => ({
  state,
  lines: orders.map((order) => ({ order })),
});
const numbers = (bills: Bill[]) => bills.map((b) => b.number);

test("what was paid, and not given back whole, can be invoiced", () => {
  const bills = [
    bill("a"),
    bill("b", { capturedFen: null }),
    bill("c", { capturedFen: 0 }),
    bill("d", { refundedFen: 1_000 }),
    bill("e", { refundedFen: 999 }),
    bill("f", { stage: "COLLECTING" }),
    bill("g", { stage: "NEEDS_A_PERSON" }),
  ];
  expect(numbers(invoiceable(bills, []))).toEqual(["a", "e"]);
});

test("what stands on an invoice cannot, what was refused or reversed can again", () => {
  const bills = ["a", "b", "c", "d", "e"].map((n) => bill(n));
  const invoices = [
    asked("REQUESTED", "a"),
    asked("ISSUED", "b"),
    asked("REVERSING", "c"),
    asked("REVERSED", "d"),
    asked("REFUSED", "e", "b"),
  ];
  expect(numbers(invoiceable(bills, invoices))).toEqual(["d", "e"]);
  expect(invoices.map((i) => moves(i.state))).toEqual([true, false, true, false, false]);
});

test("a hundred are chosen at once, not one more", () => {
  const many = Array.from({ length: MOST_ORDERS + 1 }, (_, i) => `n${i}`);
  expect(chosen(new Set(), many.slice(0, MOST_ORDERS), true).size).toBe(MOST_ORDERS);
  const full = chosen(new Set(), many, true);
  expect(full.size).toBe(MOST_ORDERS);
  expect(full.has(`n${MOST_ORDERS}`)).toBe(false);
  const less = chosen(full, ["n0"], false);
  expect(chosen(less, [`n${MOST_ORDERS}`], true).has(`n${MOST_ORDERS}`)).toBe(true);
  expect(full.size).toBe(MOST_ORDERS); // the sets before stay as they were
});

test("the sum is of what was chosen and kept", () => {
  const bills = [bill("a"), bill("b", { refundedFen: 400 }), bill("c")];
  expect(sumFen(bills, new Set(["a", "b", "gone"]))).toBe(1_600);
  expect(keptFen(bill("x", { capturedFen: null }))).toBe(0);
});

test("a refusal names the bill that it is about, if it names any", () => {
  expect(blamed("订单 01JB 存在争议，处理后即可开票", new Set(["01JA", "01JB"]))).toBe("01JB");
  expect(blamed("税号不正确", new Set(["01JA"]))).toBeNull();
});
