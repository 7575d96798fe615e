/** Invoices of several bills at once, and how each stands. */
import "../../styles/charge.css";
import "../../styles/order.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { blamed, chosen, invoiceable, keptFen, MOST_ORDERS, moves, sumFen } from "../../kernel/batch";
import { byMonth, yuanOfFen } from "../../kernel/order";
import { Frame, NotYet } from "../../parts/Frame";
import { Sheet } from "../../parts/Sheet";
import { Toggle } from "../../parts/Toggle";
import { dateText, momentText, monthText } from "../../parts/when";
import {
  type Billed,
  type Buyer,
  bills,
  type Invoiced,
  invoices,
  invoicesTrouble,
  loadInvoices,
  request,
} from "../../state/invoices";
import { words } from "../../state/me";
import { hasAccount } from "../../state/settings";
import { SignIn } from "../account/SignIn";
import { InvoiceForm } from "./InvoiceForm";

const LOOK_MS = 5_000;

export function InvoicesPage() {
  const known = hasAccount.value;
  useEffect(() => {
    if (known) void loadInvoices();
  }, [known]);
  if (known && bills.value) return <Listed all={bills.value} asked={invoices.value} />;
  return (
    <Frame title={w().batch.title} busy={known && invoicesTrouble.value === null}>
      {!known ? <SignIn /> : <NotYet trouble={invoicesTrouble.value} again={loadInvoices} />}
    </Frame>
  );
}

function Listed({ all, asked }: { all: readonly Billed[]; asked: readonly Invoiced[] }) {
  const m = w().batch;
  const picked = useSignal<ReadonlySet<string>>(new Set());
  const filling = useSignal(false);
  const said = useSignal("");
  const open = invoiceable(all, asked);
  const mine = new Set(open.filter((b) => picked.value.has(b.number)).map((b) => b.number));
  const waits = asked.some((i) => moves(i.state));
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && navigator.onLine) void loadInvoices();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [waits]);
  const pick = (numbers: string[], on: boolean) => {
    picked.value = chosen(mine, numbers, on);
    said.value = "";
  };
  const send = async (buyer: Buyer): Promise<string | null> => {
    try {
      said.value = m.sent(await request([...mine], buyer));
      picked.value = new Set();
      return null;
    } catch (error) {
      const text = words(error);
      const number = blamed(text, mine);
      if (number === null) return text;
      picked.value = chosen(mine, [number], false);
      return `${text} ${m.dropped(all.find((b) => b.number === number)?.stationName ?? number)}`;
    }
  };
  return (
    <Frame
      title={m.title}
      foot={
        mine.size > 0 && (
          <>
            <p>{m.picked(mine.size, yuanOfFen(sumFen(open, mine)))}</p>
            <button
              type="button"
              class="button primary wide-button"
              onClick={() => {
                filling.value = true;
              }}
            >
              {m.request}
            </button>
          </>
        )
      }
    >
      <p role="status">{said.value}</p>
      <section class="block">
        <h2>{m.open}</h2>
        <p class="quiet">{open.length === 0 ? m.none : m.why}</p>
        {byMonth(open, monthText).map(({ month, orders }) => {
          const numbers = orders.map((b) => b.number);
          const every = numbers.every((n) => mine.has(n));
          return (
            <fieldset key={month}>
              <legend>{month}</legend>
              {orders.length > 1 && (
                <Toggle on={every} onToggle={() => pick(numbers, !every)}>
                  {m.all(month)}
                </Toggle>
              )}
              {orders.map((b) => (
                <label key={b.number} class="choice bill-choice">
                  <input
                    type="checkbox"
                    checked={mine.has(b.number)}
                    disabled={!mine.has(b.number) && mine.size >= MOST_ORDERS}
                    onChange={(event) => pick([b.number], event.currentTarget.checked)}
                  />
                  <span>
                    {b.stationName}
                    <small class="quiet">{momentText(b.createdAt)}</small>
                  </span>
                  <strong>¥{yuanOfFen(keptFen(b))}</strong>
                </label>
              ))}
            </fieldset>
          );
        })}
        {mine.size >= MOST_ORDERS && <p class="note">{m.few(MOST_ORDERS)}</p>}
      </section>
      {asked.length > 0 && (
        <section class="block">
          <h2>{m.asked}</h2>
          <ul class="rows" role="list">
            {asked.map((i) => (
              <Row key={i.number} invoice={i} />
            ))}
          </ul>
        </section>
      )}
      {filling.value && (
        <Sheet
          title={m.request}
          onClose={() => {
            filling.value = false;
          }}
        >
          <p>{m.picked(mine.size, yuanOfFen(sumFen(open, mine)))}</p>
          <InvoiceForm
            about={[...mine].sort().join(" ")}
            onSend={send}
            onClose={() => {
              filling.value = false;
            }}
          />
        </Sheet>
      )}
    </Frame>
  );
}

function Row({ invoice }: { invoice: Invoiced }) {
  const { after, batch: m } = w();
  const of = new Set(invoice.lines.map((l) => l.order)).size;
  return (
    <li class="row-item">
      <div>
        <strong>¥{yuanOfFen(invoice.totalFen)}</strong> {after.invoiceState[invoice.state]}
        <p class="quiet link-text">
          {invoice.issuer}
          {invoice.title && ` · ${invoice.title}`}
        </p>
        <p class="quiet">
          {m.orders(of)} · {m.at(dateText(invoice.askedAt))}
        </p>
        {invoice.invoiceNo && <p class="quiet link-text">{after.invoiceNo(invoice.invoiceNo)}</p>}
        {invoice.redNo && <p class="quiet link-text">{after.redNo(invoice.redNo)}</p>}
        {invoice.state === "REFUSED" && <p class="quiet link-text">{m.refused(invoice.reason ?? "–")}</p>}
      </div>
    </li>
  );
}
