/** Counties with their bays by state, of all operators or of one. */
import { useSignal } from "@preact/signals";
import { now } from "../state/clock";
import { here } from "../state/server";
import { ageWords, type Count, inState, type Picture, percent, STATES } from "./picture";
import { STATE_WORDS, StateBar, StateKeys } from "./StateBar";
import { Both } from "./words";

interface Row {
  code: string;
  name: string;
  count: Count;
}

export function CountyTable({ told }: { told: Picture }) {
  const chosen = useSignal<string | null>(null);
  const one = told.operators.some((operator) => operator.id === chosen.value) ? chosen.value : null;
  const rows = one === null ? told.counties.map(whole) : ofOperator(told, one);
  return (
    <section>
      <h2>
        <Both zh="各县现况" en="Counties now" />
      </h2>
      <fieldset class="states no-print">
        <legend class="unseen">运营商 Operator</legend>
        {[{ id: null, name: "全部 All" }, ...told.operators].map(({ id, name }) => (
          <button
            key={id ?? ""}
            type="button"
            class="button"
            aria-pressed={id === one}
            onClick={() => {
              chosen.value = id;
            }}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <StateKeys />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys */}
      <div class="office-table network-counties" role="region" aria-label="各县现况 Counties now" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">县 County</th>
              <th scope="col" class="chart">
                <span class="unseen">图 Chart</span>
              </th>
              <Head zh="站" en="Stations" />
              <Head zh="充电位" en="Bays" />
              {STATES.map((state) => (
                <Head key={state} {...STATE_WORDS[state]} />
              ))}
              <Head zh="可用率" en="Usable" />
              <Head zh="时限内" en="In time" />
              <Head zh="最旧" en="Oldest" />
              <Head zh="功率" en="kW" />
            </tr>
          </thead>
          <tbody>
            {rows.map(({ code, name, count }) => (
              <tr key={code}>
                <th scope="row">{name}</th>
                <td class="chart">
                  <StateBar count={count} />
                </td>
                <td class="amount">{count.stations}</td>
                <td class="amount">{count.evses}</td>
                {STATES.map((state) => (
                  <td key={state} class="amount">
                    {inState(count, state)}
                  </td>
                ))}
                <td class="amount">{percent(count.usableShare)}</td>
                <td class="amount">{percent(count.toldShare)}</td>
                <td class="amount">{ageWords(count.oldestAt ? (now.value - here(count.oldestAt)) / 1000 : null)}</td>
                <td class="amount">{count.kw == null ? "—" : count.kw.toFixed(0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Head({ zh, en }: { zh: string; en: string }) {
  return (
    <th scope="col" class="amount">
      {zh} {en}
    </th>
  );
}

const named = (code: string, name: string) => (code === "" ? "县不详 Elsewhere" : name);

const whole = ({ code, name, count }: Picture["counties"][number]): Row => ({ code, name: named(code, name), count });

function ofOperator(told: Picture, operator: string): Row[] {
  const names = new Map(told.counties.map((county) => [county.code, county.name]));
  return told.lines
    .filter((line) => line.operator === operator)
    .map(({ county, count }) => ({ code: county, name: named(county, names.get(county) ?? county), count }));
}
