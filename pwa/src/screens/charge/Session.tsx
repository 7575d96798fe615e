/** The session as the pile reports it: each figure with its age, and the end one tap and a confirmation away. */
import { useSignal } from "@preact/signals";
import { w } from "../../i18n/mine";
import { type Reading, yuanOfFen } from "../../kernel/order";
import { Trouble } from "../../parts/Frame";
import { lazy } from "../../parts/lazy";
import { splitAge } from "../../parts/Notices";
import { Sure } from "../../parts/Sure";
import { secondText } from "../../parts/when";
import { type Order, stopCharging } from "../../state/orders";
import { here } from "../../state/server";

const PowerChart = lazy(async () => (await import("./PowerChart")).PowerChart, { quiet: true });
const RADIUS = 54;
const ROUND = 2 * Math.PI * RADIUS;
const ROWS = 60;

export function Session({ found }: { found: Order }) {
  const m = w().order;
  const live = found.stage === "CHARGING" || found.stage === "STOPPING";
  const telling = found.readings.filter((r) => r.kw !== null || r.kwh !== null || r.soc !== null);
  const kw = found.kw === null ? "–" : found.kw.toFixed(1);
  return (
    <section class="block session">
      <div class="session-top">
        <Ring found={found} />
        <dl class="figures">
          {live && (
            <div>
              <dt>{m.power}</dt>
              <dd>
                {kw} <small>kW</small>
              </dd>
            </div>
          )}
          <div>
            <dt>{m.soFar}</dt>
            <dd class={found.fenSoFar === null ? "quiet" : ""}>
              {found.fenSoFar === null ? m.soFarUnknown : `¥${yuanOfFen(found.fenSoFar)}`}
            </dd>
          </div>
          {live && (
            <div>
              <dt>{m.leftWhat(found.soc)}</dt>
              <dd class={found.minutesLeft === null ? "quiet" : ""}>
                {found.minutesLeft !== null
                  ? m.left(found.minutesLeft)
                  : found.soc === null
                    ? m.leftUnknown
                    : m.leftSoon}
              </dd>
            </div>
          )}
          <div>
            <dt>{m.cap}</dt>
            <dd>¥{yuanOfFen(found.capFen)}</dd>
          </div>
        </dl>
      </div>
      {live && (
        <p class="quiet reading-age" data-testid="reading-age">
          {found.observedAt ? splitAge(m.reading, here(found.observedAt)) : m.noReading}
        </p>
      )}
      {telling.length > 1 && (
        <>
          <PowerChart readings={telling} />
          <ReadingTable readings={telling} />
        </>
      )}
      {live && ((found.fenSoFar ?? 0) >= found.capFen || found.stopReason === "CAP_REACHED") && (
        <p class="note" role="status">
          {m.capReached(yuanOfFen(found.capFen))}
        </p>
      )}
      {found.stage === "STOPPING" && (
        <p class="note" role="status">
          {m.stageWhy.STOPPING}
        </p>
      )}
    </section>
  );
}

/** The end, always within reach of the thumb. */
export function Stop({ found }: { found: Order }) {
  const m = w().order;
  const trouble = useSignal<string | null>(null);
  return (
    <>
      <Trouble text={trouble.value} />
      <Sure
        label={m.stop}
        why={m.stopWhy}
        yes={m.stopYes}
        kind="button danger wide-button stop"
        onSure={async () => {
          trouble.value = await stopCharging(found.number);
        }}
      />
    </>
  );
}

/** The battery where the car tells it; else the energy, and how much of the limit is used. */
function Ring({ found }: { found: Order }) {
  const m = w().order;
  const ofCap = Math.min(100, Math.round(((found.fenSoFar ?? 0) / found.capFen) * 100));
  const share = found.soc ?? ofCap;
  const kwh = found.kwh === null ? "–" : found.kwh.toFixed(2);
  const below = found.soc === null ? (found.fenSoFar === null ? m.energySoFar : m.ofCap(ofCap)) : `${kwh} kWh`;
  const spoken =
    found.soc === null
      ? `${m.energySoFar} ${kwh} kWh`
      : `${m.soc} ${Math.round(found.soc)}%, ${m.energySoFar} ${kwh} kWh`;
  return (
    <div class="ring" role="img" aria-label={spoken}>
      <svg viewBox="0 0 120 120" aria-hidden="true">
        <circle class="ring-back" cx="60" cy="60" r={RADIUS} />
        <circle
          class="ring-front"
          cx="60"
          cy="60"
          r={RADIUS}
          stroke-dasharray={`${(share / 100) * ROUND} ${ROUND}`}
          transform="rotate(-90 60 60)"
        />
      </svg>
      <p class="ring-in" aria-hidden="true">
        <span class="ring-number">
          {found.soc === null ? kwh : Math.round(found.soc)}
          <small>{found.soc === null ? "kWh" : "%"}</small>
        </span>
        <span class="ring-below">{below}</span>
      </p>
    </div>
  );
}

/** What the curve shows, for those who do not see it. */
function ReadingTable({ readings }: { readings: readonly Reading[] }) {
  const m = w().order;
  const every = Math.max(1, Math.ceil(readings.length / ROWS));
  const rows = readings.filter((_, i) => i % every === 0 || i === readings.length - 1);
  return (
    <details>
      <summary>{m.chartTable}</summary>
      <table class="money">
        <thead>
          <tr>
            <th scope="col">{m.time}</th>
            <th scope="col">kW</th>
            <th scope="col">kWh</th>
            <th scope="col">{m.soc}</th>
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((r) => (
            <tr key={r.at}>
              <th scope="row">{secondText(here(r.at))}</th>
              <td>{r.kw === null ? "–" : r.kw.toFixed(1)}</td>
              <td>{r.kwh === null ? "–" : r.kwh.toFixed(2)}</td>
              <td>{r.soc === null ? "–" : `${Math.round(r.soc)}%`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
