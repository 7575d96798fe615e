/** Counties on one sheet: the ring is the bays, the disc those that serve cars. It says the same without colours. */
import type { Picture } from "./picture";
import { percent } from "./picture";
import { type Circle, labels, sheet } from "./sheet";
import { Both } from "./words";

const WIDTH = 1000;
const LARGEST_R = 44;
const LETTER = 18;
const LABEL = { width: 84, height: 42 };

export function NetworkMap({ told }: { told: Picture }) {
  const counties = told.counties.flatMap((county) => (county.seat ? [{ ...county, seat: county.seat }] : []));
  if (counties.length === 0) return null;
  const page = sheet(
    counties.map((county) => county.seat),
    WIDTH,
  );
  const most = Math.max(1, ...counties.map((county) => county.count.evses));
  const circles: Circle[] = counties.map(({ seat, count }) => {
    const [x, y] = page.xy(seat.lon, seat.lat);
    return { x, y, r: Math.max(8, LARGEST_R * Math.sqrt(count.evses / most)) };
  });
  const names = labels(circles, LABEL.width, LABEL.height);
  return (
    <section class="network-map">
      <h2>
        <Both zh="各县可用率" en="Usable bays by county" />
      </h2>
      <p class="why">
        <Both
          zh="圆环面积为充电位数，实心部分为可用的，旁注可用率；圆在县城所在地。"
          en="The ring's area is the bays, the disc's those that serve cars; each at its county's seat."
        />
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a map that scrolls sideways has to be reached by keys */}
      <div class="office-table plan-map" role="region" aria-label="地图 Map" tabIndex={0}>
        <svg
          viewBox={`0 0 ${page.width} ${page.height}`}
          role="img"
          aria-label="各县可用率；同样的数字在下面的表中 The same figures are in the tables below"
        >
          {counties.map(({ code, name, count }, n) => {
            const circle = circles[n];
            const beside = names[n];
            if (!circle || !beside) return null;
            // A long name at the sheet's edge goes to the other side.
            const cut = beside.anchor === "start" && beside.x + name.length * LETTER > page.width;
            const label = cut ? { ...beside, x: circle.x - circle.r - 4, anchor: "end" as const } : beside;
            const share = count.usableShare;
            const grade = share == null ? "none" : share >= 0.95 ? "good" : share >= 0.8 ? "fair" : "poor";
            return (
              <g key={code} class={grade}>
                <circle class="ring" cx={circle.x} cy={circle.y} r={circle.r} />
                <circle class="disc" cx={circle.x} cy={circle.y} r={circle.r * Math.sqrt(share ?? 0)} />
                <text x={label.x} y={label.y + 17} text-anchor={label.anchor}>
                  {name}
                </text>
                <text class="share" x={label.x} y={label.y + 37} text-anchor={label.anchor}>
                  {percent(share)}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
    </section>
  );
}
