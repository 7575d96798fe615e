/** What a kilowatt-hour costs now, and through the day. */
import { t } from "../i18n";
import { yuan } from "../kernel/price";
import { hhmm, level, merged, minuteOfDay, type Period, periodAt } from "../kernel/tariff";
import { now } from "../state/clock";
import type { Detail } from "../state/stations";

type Tariff = Detail["tariffs"][number];

export function TariffSection({ found }: { found: Detail }) {
  const m = t();
  const tariffs = found.tariffs;
  return (
    <section class="block">
      <h2>{m.tariff}</h2>
      {tariffs.length === 0 && <p class="quiet">{m.tariffUnknown}</p>}
      {tariffs.length > 1 && <p class="quiet">{m.tariffMany}</p>}
      {tariffs.map((tariff, i) => (
        <div key={tariff.id} class="tariff">
          {tariffs.length > 1 && <h3>{m.tariffOf(i + 1)}</h3>}
          {tariff.periods.length > 0 && <Priced tariff={tariff} />}
          {tariff.text && <p>{tariff.text}</p>}
        </div>
      ))}
    </section>
  );
}

function Priced({ tariff }: { tariff: Tariff }) {
  const m = t();
  const periods = merged(tariff.periods);
  const minute = minuteOfDay(now.value, tariff.zone);
  const current = periodAt(periods, minute);
  return (
    <>
      {current ? (
        <div class="price-now">
          <p class="price">
            <span class="number">{yuan(current.totalE4)}</span> {m.perKwh}
          </p>
          <p class="quiet">
            {m.tariffNow} · {m.until(hhmm(current.end))} ·{" "}
            {m.tariffParts(yuan(current.electricityE4), yuan(current.serviceE4))}
          </p>
        </div>
      ) : (
        <p class="quiet">{m.tariffGap}</p>
      )}
      <DayBar periods={periods} minute={minute} />
      <table class="periods">
        <thead>
          <tr>
            <th scope="col">{m.period}</th>
            <th scope="col">{m.electricity}</th>
            <th scope="col">{m.service}</th>
            <th scope="col">
              {m.total} <span class="unit">{m.perKwh}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {periods.map((p) => (
            <tr key={p.start} class={p === current ? "current" : ""} aria-current={p === current ? "time" : undefined}>
              <th scope="row">
                <span class={`dot ${level(p, periods)}`} aria-hidden="true" />
                {hhmm(p.start)}–{hhmm(p.end)}
              </th>
              <td>{yuan(p.electricityE4)}</td>
              <td>{yuan(p.serviceE4)}</td>
              <td>{yuan(p.totalE4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const HEIGHT = 44;

/** The day as steps as high as the price; the table beneath says the same. */
function DayBar({ periods, minute }: { periods: readonly Period[]; minute: number }) {
  const m = t();
  const most = Math.max(...periods.map((p) => p.totalE4), 1);
  return (
    <div class="day" aria-hidden="true">
      <svg viewBox={`0 0 1440 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {periods.map((p) => {
          const h = Math.max(6, (p.totalE4 / most) * HEIGHT);
          return (
            <rect
              key={p.start}
              class={level(p, periods)}
              x={p.start + 3}
              y={HEIGHT - h}
              width={Math.max(1, p.end - p.start - 6)}
              height={h}
            />
          );
        })}
      </svg>
      <span class="day-now" style={{ left: `${(minute / 1440) * 100}%` }}>
        <span class={minute > 1200 ? "left" : minute < 240 ? "right" : ""}>{m.tariffNow}</span>
      </span>
      <p class="day-hours">
        {[0, 6, 12, 18, 24].map((h) => (
          <span key={h}>{h}</span>
        ))}
      </p>
    </div>
  );
}
