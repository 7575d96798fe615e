/** The office's words, Chinese first and English second, and amounts as its tables show them. */
import type { DifferenceDecision, DifferenceEntry, DifferenceKind } from "../api/generated/office/graphql";

export interface Pair {
  zh: string;
  en: string;
}

const pair = (zh: string, en: string): Pair => ({ zh, en });

export const KINDS: Record<DifferenceKind, Pair> = {
  CHANNEL_ONLY: pair("仅渠道有", "channel only"),
  LEDGER_ONLY: pair("渠道账单没有", "not in the channel's bills"),
  OPERATOR_ONLY: pair("仅运营商有", "operator only"),
  OURS_ONLY: pair("运营商清单没有", "not in the operator's list"),
  AMOUNT: pair("金额不同", "amounts differ"),
  CHANGED: pair("对方改了金额", "told again with another amount"),
  SUB_MERCHANT: pair("入了其他商户", "paid to another merchant"),
  UNSPLIT: pair("分账即将到期", "time to split runs out"),
};

export const ENTRIES: Record<DifferenceEntry, Pair> = {
  CAPTURE: pair("扣款", "capture"),
  REFUND: pair("退款", "refund"),
  SPLIT: pair("分账", "split"),
  SPLIT_RETURN: pair("分账回退", "split return"),
  FEE: pair("渠道手续费", "channel fee"),
  BILL: pair("运营商账单", "operator's bill"),
  FUND: pair("资金账单", "bill of funds"),
};

export const DECISIONS: Record<DifferenceDecision, Pair & { means: Pair }> = {
  CHANNEL_IS_RIGHT: {
    ...pair("以渠道为准", "the channel is right"),
    means: pair("账本随之入账，对方科目为挂账", "the ledger follows, against suspense"),
  },
  OPERATOR_IS_RIGHT: {
    ...pair("以运营商为准", "the operator is right"),
    means: pair("账本随之入账，对方科目为挂账", "the ledger follows, against suspense"),
  },
  LEDGER_IS_RIGHT: {
    ...pair("以账本为准", "the ledger is right"),
    means: pair("不入账，向对方追索", "nothing is posted; to be claimed from the other"),
  },
  EXPLAINED: {
    ...pair("已查明", "explained"),
    means: pair("不入账", "nothing is posted"),
  },
};

/** Chinese, and English smaller beside it. */
export function Both({ zh, en }: Pair) {
  return (
    <span class="both">
      {zh}{" "}
      <span class="second" lang="en">
        {en}
      </span>
    </span>
  );
}

/** Fen as yuan, exact, with its sign; null where the party says nothing. */
export function yuan(fen: number | null | undefined): string | null {
  if (fen === null || fen === undefined) return null;
  const digits = String(Math.abs(fen)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "−" : ""}${whole}.${digits.slice(-2)}`;
}
