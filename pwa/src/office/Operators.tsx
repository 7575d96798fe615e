/** Operators: what they run, how fresh and how good their data is. */
import { now } from "../state/clock";
import { here } from "../state/server";
import { ageWords, type Picture, percent } from "./picture";
import { StateBar } from "./StateBar";
import { Both } from "./words";

export function Operators({ told }: { told: Picture }) {
  return (
    <section>
      <h2>
        <Both zh="运营商与数据质量" en="Operators and their data" />
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys */}
      <div class="office-table" role="region" aria-label="运营商 Operators" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">运营商 Operator</th>
              <th scope="col" class="chart">
                <span class="unseen">图 Chart</span>
              </th>
              {[
                ["站", "Stations"],
                ["充电位", "Bays"],
                ["可用率", "Usable"],
                ["时限内", "In time"],
                ["最旧", "Oldest"],
                ["质量分", "Quality"],
                ["新鲜", "Fresh"],
                ["完整", "Complete"],
                ["一致", "Consistent"],
                ["异常", "Findings"],
              ].map(([zh, en]) => (
                <th key={zh} scope="col" class="amount">
                  {zh} {en}
                </th>
              ))}
              <th scope="col">接口 Feed</th>
            </tr>
          </thead>
          <tbody>
            {told.operators.map(({ count, ...each }) => (
              <tr key={each.id}>
                <th scope="row">{each.name}</th>
                <td class="chart">
                  <StateBar count={count} />
                </td>
                <td class="amount">{count.stations}</td>
                <td class="amount">{count.evses}</td>
                <td class="amount">{percent(count.usableShare)}</td>
                <td class="amount">{percent(count.toldShare)}</td>
                <td class="amount">{ageWords(count.oldestAt ? (now.value - here(count.oldestAt)) / 1000 : null)}</td>
                <td class="amount">{each.score ?? "—"}</td>
                <td class="amount">{percent(each.freshness)}</td>
                <td class="amount">{percent(each.completeness)}</td>
                <td class="amount">{percent(each.consistency)}</td>
                <td class="amount">{each.findings}</td>
                <td>
                  {each.failing ? (
                    <span class="wrong">
                      ✗ <Both zh="有故障" en="in trouble" />
                    </span>
                  ) : (
                    <span>
                      ✓ <Both zh="正常" en="well" />
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
