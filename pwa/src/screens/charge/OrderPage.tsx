/** One order: its start, the session as it runs, its bill. */
import "../../styles/charge.css";
import "../../styles/order.css";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { w } from "../../i18n/mine";
import { isRunning, startStep } from "../../kernel/order";
import { Frame, Trouble } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { momentText } from "../../parts/when";
import { online } from "../../state/live";
import { follow, inStep, loadOrder, type Order, order, orderTrouble } from "../../state/orders";
import { go, route } from "../../state/route";
import { here } from "../../state/server";
import { hasAccount } from "../../state/settings";
import { SignIn } from "../account/SignIn";
import { ComplainBlock } from "../voices/parts";
import { After } from "./After";
import { BillView } from "./BillView";
import { Parking } from "./Parking";
import { Session, Stop } from "./Session";
import { Starting } from "./Starting";

export function OrderPage() {
  const { page } = route.value;
  const number = page?.name === "order" ? page.number : "";
  const known = hasAccount.value;
  useEffect(() => (known ? follow(number) : undefined), [number, known]);
  const found = order.value?.number === number ? order.value : null;
  const m = w().order;
  const title =
    !found || !isRunning(found.stage)
      ? m.title
      : found.stage === "CHARGING" && startStep(found) < 2
        ? m.steps[1]
        : m.stage[found.stage];
  const foot = known && found?.stage === "CHARGING" ? <Stop found={found} /> : null;
  return (
    <Frame title={title ?? m.title} foot={foot}>
      {known ? found ? <Filled found={found} /> : <Missing number={number} /> : <SignIn />}
    </Frame>
  );
}

function Missing({ number }: { number: string }) {
  const trouble = orderTrouble.value;
  if (!trouble)
    return (
      <p class="empty" role="status">
        {t().loading}
      </p>
    );
  return (
    <div class="empty">
      <Trouble text={trouble.code === "NO_SUCH_ORDER" ? w().order.missing : trouble.message} />
      {trouble.retryable && (
        <button type="button" class="button" onClick={() => void loadOrder(number)}>
          {t().retry}
        </button>
      )}
    </div>
  );
}

function Filled({ found }: { found: Order }) {
  const m = w().order;
  const { stage } = found;
  return (
    <>
      <Connection found={found} />
      <section class="where">
        <p class="where-name">{found.stationName}</p>
        <p class="quiet">{found.evseId.split("/").at(-1)}</p>
      </section>
      {(stage === "HOLDING" || stage === "CONFIRM" || stage === "STARTING" || stage === "CHARGING") && (
        <Starting found={found} />
      )}
      {stage === "NOT_STARTED" ? <NotStarted found={found} /> : !isRunning(stage) && <BillView found={found} />}
      {!isRunning(stage) && stage !== "NOT_STARTED" && <Parking found={found} />}
      {stage === "DONE" && <After found={found} />}
      {!isRunning(stage) && <ComplainBlock key={found.number} about={{ order: found.number }} />}
      {(stage === "CHARGING" || stage === "STOPPING" || found.readings.length > 0) && <Session found={found} />}
      <section class="block">
        <dl class="parts">
          <div>
            <dt>{m.number}</dt>
            <dd>{found.number}</dd>
          </div>
          <div>
            <dt>{m.began}</dt>
            <dd>{momentText(found.startedAt ?? found.createdAt)}</dd>
          </div>
          {found.endedAt && (
            <div>
              <dt>{m.ended}</dt>
              <dd>{momentText(found.endedAt)}</dd>
            </div>
          )}
        </dl>
        {found.stationId && (
          <button
            type="button"
            class="text-button"
            onClick={() => go({ page: null, view: "list", station: found.stationId })}
          >
            {m.toStation}
          </button>
        )}
      </section>
    </>
  );
}

/** Whether what is shown is of this moment; where not, of which one. */
function Connection({ found }: { found: Order }) {
  const m = w().order;
  if (inStep.value && online.value) return null;
  return (
    <div class="banner" role="status">
      <Icon name="cloudOff" />
      <span>{found.observedAt ? splitAge(m.lost, here(found.observedAt)) : m.lostUnknown}</span>
    </div>
  );
}

function NotStarted({ found }: { found: Order }) {
  const m = w().order;
  const reasons: Record<string, string> = m.notStarted;
  return (
    <section class="block" role="status">
      <h2>{m.stage.NOT_STARTED}</h2>
      <p>{reasons[found.reason ?? ""] ?? (found.reason?.startsWith("HOLD") ? reasons.HOLD : reasons.OTHER)}</p>
      <p class="quiet">{m.stageWhy.NOT_STARTED}</p>
      {found.stationId && (
        <button
          type="button"
          class="button primary"
          onClick={() =>
            found.stationId &&
            go(
              {
                page: {
                  name: "charge",
                  station: found.stationId,
                  evse: found.evseId,
                  connector: found.connectorId,
                  code: null,
                },
              },
              { replace: true },
            )
          }
        >
          {m.tryAgain}
        </button>
      )}
    </section>
  );
}
