/** Piles in each county beside what was to be built there: a bar and a row of the table in one. */
import type { Report } from "./Coverage";
import { Both } from "./words";

interface Props {
  counties: Report["counties"];
  elsewhere: Report["elsewhere"];
  year: number;
}

export function CountyBars({ counties, elsewhere, year }: Props) {
  const most = Math.max(1, ...counties.map((c) => Math.max(c.planned, c.there.piles)));
  const share = (n: number) => (n / most) * 100;
  return (
    <section>
      <h2>
        <Both zh="各县充电桩" en="Piles by county" />
      </h2>
      <p class="legend">
        <span class="key there" aria-hidden="true" /> 现有桩 there <span class="key planned" aria-hidden="true" /> 到{" "}
        {year} 年规划 planned
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys */}
      <div class="office-table counties" role="region" aria-label="各县充电桩 Counties" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">县 County</th>
              <th scope="col" class="chart">
                <span class="unseen">图 Chart</span>
              </th>
              {["规划 Planned", "桩 Piles", "快充 Fast", "站 Stations", "完成 Done"].map((name) => (
                <th key={name} scope="col" class="amount">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counties.map(({ code, name, planned, there }) => (
              <tr key={code}>
                <th scope="row">{name}</th>
                <td class="chart">
                  <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="there" y="2" height="10" width={share(there.piles)} />
                    <rect class="planned" y="13" height="4" width={share(planned)} />
                  </svg>
                </td>
                <td class="amount">{planned}</td>
                <td class="amount">{there.piles}</td>
                <td class="amount">{there.fast}</td>
                <td class="amount">{there.stations}</td>
                <td class="amount">{planned ? `${Math.floor((there.piles / planned) * 100)} %` : "—"}</td>
              </tr>
            ))}
            {elsewhere.stations > 0 && (
              <tr>
                <th scope="row">县不详 Elsewhere</th>
                <td />
                <td class="amount">—</td>
                <td class="amount">{elsewhere.piles}</td>
                <td class="amount">{elsewhere.fast}</td>
                <td class="amount">{elsewhere.stations}</td>
                <td class="amount">—</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}
