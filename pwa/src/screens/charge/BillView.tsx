/** The bill that explains itself: what the operator asks for, what is paid of it and why, what comes back. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { isSettling, yuanOfFen } from "../../kernel/order";
import type { Order } from "../../state/orders";
import { take } from "../../state/purse";
import { money } from "./QuoteView";
import { ToConfirm } from "./ToConfirm";

const NEAR_PERCENT = 5;

export function BillView({ found }: { found: Order }) {
  const m = w().order;
  const { stage, bill } = found;
  const why = m.stageWhy[stage];
  const ended = stopText(found);
  return (
    <>
      {ended && <p class={found.stopReason === "USER" ? "quiet" : "note"}>{ended}</p>}
      {stage !== "DONE" && (
        <section class="block" role="status">
          <h2>{m.stage[stage]}</h2>
          {why && <p>{why}</p>}
          <ToConfirm found={found} />
        </section>
      )}
      {bill && <Filled found={found} bill={bill} />}
      {found.refunds.length > 0 && (
        <section class="block">
          <h2>{m.refunds}</h2>
          <ol class="timeline">
            {found.refunds.map((refund, i) => (
              <li key={i} class={refund.state === "DONE" ? "done" : ""}>
                <strong>¥{yuanOfFen(refund.amountFen)}</strong>{" "}
                <span>{m.refundState[refund.state as keyof typeof m.refundState] ?? refund.state}</span>
                {refund.reason && <p class="quiet">{refund.reason}</p>}
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

/** Why charging was ended, where anybody said. */
function stopText(found: Order): string | undefined {
  const texts: Record<string, string | ((yuan: string) => string)> = w().order.stopReasons;
  const text = texts[found.stopReason ?? ""];
  return typeof text === "function" ? text(yuanOfFen(found.capFen)) : text;
}

function Filled({ found, bill }: { found: Order; bill: NonNullable<Order["bill"]> }) {
  const words = w();
  const m = words.order;
  const unknown = words.charge.unknown;
  const disputed = bill.totalFen - bill.payFen;
  const released = found.capturedFen === null ? 0 : found.capFen - found.capturedFen;
  const rows: [string, string][] = [
    [words.charge.electricity, money(bill.electricityFen, unknown)],
    [words.charge.service, money(bill.serviceFen, unknown)],
    ...(bill.parkingFen ? [[words.charge.parking, money(bill.parkingFen, unknown)] as [string, string]] : []),
  ];
  return (
    <section class="block">
      <h2>{m.bill}</h2>
      <p class="quote-total">
        <span class="number" data-testid="pays">
          ¥{yuanOfFen(bill.payFen)}
        </span>{" "}
        {m.youPay}
      </p>
      {bill.kwh !== null && (
        <p class="quiet">
          {words.charge.kwh(bill.kwh)}
          {bill.kwh > 0 && ` · ${m.perKwh((bill.payFen / 100 / bill.kwh).toFixed(2))}`}
        </p>
      )}
      <dl class="parts">
        {rows.map(([name, amount]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{amount}</dd>
          </div>
        ))}
        <div class="sum">
          <dt>{m.billTotal}</dt>
          <dd>¥{yuanOfFen(bill.totalFen)}</dd>
        </div>
        <div>
          <dt>{m.captured}</dt>
          <dd>
            {found.capturedFen !== null
              ? `¥${yuanOfFen(found.capturedFen)}`
              : isSettling(found.stage) || bill.payFen > 0
                ? m.notCaptured
                : "¥0.00"}
          </dd>
        </div>
      </dl>
      {released > 0 && <p class="quiet">{m.returned(yuanOfFen(released))}</p>}
      <AgainstQuote found={found} payFen={bill.payFen} />
      {bill.findings.length === 0 ? (
        <p class="checked">✓ {m.checked}</p>
      ) : (
        <ul class="plain-list">
          {bill.findings.map((code) => (
            <li key={code}>{(m.findings as Record<string, string>)[code] ?? m.findingOther}</li>
          ))}
        </ul>
      )}
      {disputed > 0 && <p>{m.disputed(yuanOfFen(disputed))}</p>}
    </section>
  );
}

/** Against what this phone was told before the start; another phone does not know it. */
function AgainstQuote({ found, payFen }: { found: Order; payFen: number }) {
  const m = w().order;
  const quoted = useSignal<number | null>(null);
  useEffect(() => {
    void take<number>(`quoted:${found.number}`).then((fen) => {
      quoted.value = fen;
    });
  }, [found.number]);
  const before = quoted.value;
  if (before === null) return null;
  const more = payFen - before;
  const near = Math.abs(more) * 100 <= before * NEAR_PERCENT;
  return (
    <p class="quiet">
      {m.quoted(yuanOfFen(before))} · {near ? m.asQuoted : m.differs(yuanOfFen(Math.abs(more)), more > 0)}
    </p>
  );
}
