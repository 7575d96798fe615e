/** Each road as a strip: chargers as ticks, ways of more than 50 km without one hatched. */
import type { Report } from "./Coverage";
import { Both } from "./words";

type Road = Report["roads"][number];

const km = (value: number) => String(Math.round(value));

export function RoadCharts({ roads }: { roads: Report["roads"] }) {
  return (
    <section>
      <h2>
        <Both zh="沿路充电间距" en="Chargers along the roads" />
      </h2>
      <p class="legend">
        <span class="key there" aria-hidden="true" /> 充电站 charger <span class="key hatched" aria-hidden="true" />{" "}
        超过 50 公里没有充电站 over 50 km without
      </p>
      <ul class="road-charts" role="list">
        {roads.map((road) => (
          <li key={road.id}>
            <Chart road={road} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Chart({ road }: { road: Road }) {
  const whole = road.endKm - road.beginKm || 1;
  const at = (value: number) => ((value - road.beginKm) / whole) * 1000;
  return (
    <>
      <h3>
        <Both zh={road.name} en={road.nameEn ?? ""} />
        {road.approximate && <span class="tag rough">示意 approximate ±{km(road.accuracyM / 1000)} km</span>}
      </h3>
      <svg viewBox="0 0 1000 40" preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <pattern id={`h-${road.id}`} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="gap-line" width="4" height="8" />
          </pattern>
        </defs>
        <rect class="line" x="0" y="18" width="1000" height="4" />
        {road.breaks.map((gone) => (
          <rect
            key={gone.fromKm}
            class="break"
            x={at(gone.fromKm)}
            y="17"
            width={at(gone.toKm) - at(gone.fromKm)}
            height="6"
          />
        ))}
        {road.gaps.map((gap) => (
          <rect
            key={gap.fromKm}
            class="gap"
            x={at(gap.fromKm)}
            y="8"
            width={at(gap.toKm) - at(gap.fromKm)}
            height="24"
            fill={`url(#h-${road.id})`}
          />
        ))}
        {road.chargers.map((charger) => (
          <rect key={charger.stationId} class="there" x={at(charger.km) - 1.5} y="4" width="3" height="32" />
        ))}
      </svg>
      <p class="ends" aria-hidden="true">
        <span>K{km(road.beginKm)}</span>
        <span>K{km(road.endKm)}</span>
      </p>
      <p>
        {road.chargers.length} 座充电站，最长 {km(road.longestKm)} 公里没有充电站{" "}
        <span class="second" lang="en">
          {road.chargers.length} stations, {km(road.longestKm)} km at most without one
        </span>
        {road.breaks.length > 0 && (
          <>
            {" "}
            中断 Interrupted：
            {road.breaks.map((g) => `K${km(g.fromKm)}–K${km(g.toKm)}`).join("、")}
          </>
        )}
        {road.gaps.length > 0 && (
          <strong class="wrong">
            {" "}
            空白路段 Gaps：
            {road.gaps.map((g) => `K${km(g.fromKm)}–K${km(g.toKm)}（${km(g.toKm - g.fromKm)} km）`).join("、")}
          </strong>
        )}
      </p>
    </>
  );
}
