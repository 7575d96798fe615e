/** A session that runs, or a start without an answer, above the list: found again after the application was killed. */
import "../../styles/order.css";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { yuanOfFen } from "../../kernel/order";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { intents, loadIntents } from "../../state/intents";
import { loadOrders, runningOrders } from "../../state/orders";
import { reports } from "../../state/reportBox";
import { hrefOf, openPage } from "../../state/route";
import { here } from "../../state/server";
import type { Page } from "../../state/url";

const LOOK_MS = 30_000;

export function RunningBar() {
  const m = w();
  useEffect(() => {
    void loadIntents();
    void loadOrders();
    const look = () => {
      if (document.visibilityState === "visible" && runningOrders.value.length > 0) void loadOrders();
    };
    const timer = setInterval(look, LOOK_MS);
    const online = () => void loadOrders();
    document.addEventListener("visibilitychange", look);
    addEventListener("online", online);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", online);
    };
  }, []);
  return (
    <>
      {runningOrders.value.map((o) => (
        <Bar key={o.number} page={{ name: "order", number: o.number }} head={m.order.stage[o.stage]}>
          {o.stationName}
          {o.kwh !== null && ` · ${m.bar.kwh(o.kwh.toFixed(1))}`}
          {o.fenSoFar !== null && ` · ¥${yuanOfFen(o.fenSoFar)}`}
          {o.observedAt && <> · {splitAge(m.order.reading, here(o.observedAt))}</>}
        </Bar>
      ))}
      {intents.value.map((i) => (
        <Bar
          key={i.key}
          page={{ name: "charge", station: i.station, evse: i.evse, connector: null, code: null }}
          head={m.charge.unanswered}
        >
          {m.charge.checkNow}
        </Bar>
      ))}
      {reports.value.length > 0 && (
        <Bar page={{ name: "reports" }} head={m.bar.reports(reports.value.length)}>
          {m.bar.reportsWhy}
        </Bar>
      )}
    </>
  );
}

function Bar({ page, head, children }: { page: Page; head: string; children: preact.ComponentChildren }) {
  return (
    <a
      class="running"
      href={hrefOf({ page })}
      onClick={(event) => {
        event.preventDefault();
        openPage(page);
      }}
    >
      <Icon name="bolt" />
      <span class="running-text">
        <strong>{head}</strong>
        <span>{children}</span>
      </span>
      <Icon name="chevron" />
    </a>
  );
}
