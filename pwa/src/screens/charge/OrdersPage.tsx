/** One's orders, by month, with what each month cost. */
import "../../styles/charge.css";
import "../../styles/order.css";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { keptFen } from "../../kernel/batch";
import { byMonth, isOver, yuanOfFen } from "../../kernel/order";
import { Frame, NotYet } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { momentText, monthText } from "../../parts/when";
import { loadOrders, type OrderRow, orders, ordersKeptSince, ordersTrouble } from "../../state/orders";
import { hrefOf, openPage } from "../../state/route";
import { hasAccount } from "../../state/settings";
import { SignIn } from "../account/SignIn";

export function OrdersPage() {
  const m = w().orders;
  const known = hasAccount.value;
  useEffect(() => {
    if (known) void loadOrders();
  }, [known]);
  return <Frame title={m.title}>{known ? <Listed /> : <SignIn />}</Frame>;
}

function Listed() {
  const m = w().orders;
  const list = orders.value;
  const since = ordersKeptSince.value;
  if (list === null) return <NotYet trouble={ordersTrouble.value} again={loadOrders} />;
  return (
    <>
      {ordersTrouble.value && since !== null && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{splitAge(m.keptSince, since)}</span>
        </div>
      )}
      {list.length === 0 && (
        <div class="empty">
          <p class="empty-title">{m.none}</p>
          <p>{m.noneHint}</p>
        </div>
      )}
      {list.some((o) => o.stage === "DONE" && keptFen(o) > 0) && (
        <a
          class="button wide-button"
          href={hrefOf({ page: { name: "invoices" } })}
          onClick={(event) => {
            event.preventDefault();
            openPage({ name: "invoices" });
          }}
        >
          {w().batch.link}
        </a>
      )}
      {byMonth(list, monthText).map((month) => (
        <section key={month.month} class="block">
          <h2 class="month">
            <span>{month.month}</span>
            <span>{m.paid(yuanOfFen(month.paidFen))}</span>
          </h2>
          <ul class="rows" role="list">
            {month.orders.map((o) => (
              <Row key={o.number} row={o} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Row({ row }: { row: OrderRow }) {
  const m = w();
  const page = { name: "order", number: row.number } as const;
  const paid = row.capturedFen === null ? null : row.capturedFen - row.refundedFen;
  return (
    <li class="order-row">
      <a
        href={hrefOf({ page })}
        onClick={(event) => {
          event.preventDefault();
          openPage(page);
        }}
      >
        <span class="order-name">{row.stationName}</span>
        <span class="order-paid">
          {paid !== null ? `¥${yuanOfFen(paid)}` : isOver(row.stage) ? "–" : m.orders.unfinished}
        </span>
        <span class="quiet">
          {momentText(row.createdAt)}
          {row.kwh !== null && ` · ${m.charge.kwh(row.bill?.kwh ?? row.kwh)}`}
        </span>
        <span class="quiet">{m.order.stage[row.stage]}</span>
      </a>
    </li>
  );
}
