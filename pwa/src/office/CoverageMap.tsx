/** The plan on one sheet: counties by how far they are, roads with their gaps, stations. It says the same without colours. */
import type { Report } from "./Coverage";
import { type Circle, labels, sheet } from "./sheet";
import { Both } from "./words";

const WIDTH = 1000;
const LARGEST_R = 40;
const LABEL = { width: 78, height: 42 };

export function CoverageMap({ told }: { told: Report }) {
  const counties = told.counties.flatMap((county) => (county.seat ? [{ ...county, seat: county.seat }] : []));
  if (counties.length === 0) return null;
  const page = sheet([...counties.map((county) => county.seat), ...measured(told)], WIDTH);
  const most = Math.max(1, ...counties.map((county) => county.planned));
  const circles: Circle[] = counties.map(({ seat, planned }) => {
    const [x, y] = page.xy(seat.lon, seat.lat);
    return { x, y, r: Math.max(6, LARGEST_R * Math.sqrt(planned / most)) };
  });
  const names = labels(circles, LABEL.width, LABEL.height);
  return (
    <section class="coverage-map">
      <h2>
        <Both zh="地图" en="Map" />
      </h2>
      <p class="legend">
        <Key circle="met" text="达到 100 % met" />
        <Key circle="half" text="50–99 %" />
        <Key circle="far" text="不足 50 % below" />
        <Key line="road-line" text="道路 road" />
        <Key line="gap-line" text="超过 50 公里没有充电站 gap over 50 km" />
        <Key spot text="充电站 stations" />
      </p>
      <p class="why">
        <Both
          zh={`圆环面积为到 ${told.year} 年的规划桩数，实心部分为现有桩数，旁注完成百分比。没有可随产品发布的县界数据，县以县城所在地的圆表示。`}
          en="The ring's area is the piles planned, the disc's those there, the number their share. No outline of a county may be shipped: a county is a circle at its seat."
        />
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a map that scrolls sideways has to be reached by keys */}
      <div class="office-table plan-map" role="region" aria-label="地图 Map" tabIndex={0}>
        <svg
          viewBox={`0 0 ${page.width} ${page.height}`}
          role="img"
          aria-label="各县完成比例、道路空白和充电站；同样的数字在下面的表中 The same figures are in the tables below"
        >
          {told.roads.flatMap((road) =>
            road.lines.map((line, n) => <path key={`${road.id}-${n}`} class="road-line" d={page.path(line)} />),
          )}
          {told.roads.flatMap((road) =>
            road.gaps.map((gap) => (
              <path key={`${road.id}-${gap.fromKm}`} class="gap-line" d={page.path(gap.line)}>
                <title>{`${road.name} K${gap.fromKm.toFixed(0)}–K${gap.toKm.toFixed(0)}`}</title>
              </path>
            )),
          )}
          {told.spots.map(({ location, there }, n) => {
            const [x, y] = page.xy(location.lon, location.lat);
            const side = Math.min(9, 3 + Math.sqrt(there.piles) / 2);
            return <rect key={n} class="spot" x={x - side / 2} y={y - side / 2} width={side} height={side} />;
          })}
          {counties.map((county, n) => (
            <County key={county.code} county={county} circle={circles[n]} label={names[n]} />
          ))}
        </svg>
      </div>
    </section>
  );
}

interface CountyProps {
  county: Report["counties"][number];
  circle: Circle | undefined;
  label: ReturnType<typeof labels>[number] | undefined;
}

function County({ county: { name, planned, there }, circle, label }: CountyProps) {
  if (!circle || !label) return null;
  const share = planned ? there.piles / planned : 1;
  return (
    <g class={share >= 1 ? "met" : share >= 0.5 ? "half" : "far"}>
      <circle class="ring" cx={circle.x} cy={circle.y} r={circle.r} />
      <circle class="disc" cx={circle.x} cy={circle.y} r={circle.r * Math.sqrt(Math.min(1, share))} />
      <text x={label.x} y={label.y + 17} text-anchor={label.anchor}>
        {name}
      </text>
      <text class="share" x={label.x} y={label.y + 37} text-anchor={label.anchor}>
        {planned ? `${Math.floor(share * 100)} %` : "—"}
      </text>
    </g>
  );
}

function Key({ circle, line, spot, text }: { circle?: string; line?: string; spot?: boolean; text: string }) {
  return (
    <span class="sign">
      <svg viewBox="0 0 28 16" aria-hidden="true">
        {circle && (
          <g class={circle}>
            <circle class="ring" cx="14" cy="8" r="7" />
            <circle class="disc" cx="14" cy="8" r={circle === "met" ? 7 : circle === "half" ? 5.5 : 3.5} />
          </g>
        )}
        {line && <path class={line} d="M0 8L28 8" />}
        {spot && <rect class="spot" x="10" y="4" width="8" height="8" />}
      </svg>{" "}
      {text}
    </span>
  );
}

const measured = (told: Report) => told.places.flatMap((place) => (place.location ? [place.location] : []));
