/** County by operator: free bays of all, and how many serve cars. */
import { type Picture, percent } from "./picture";
import { Both } from "./words";

export function Matrix({ told }: { told: Picture }) {
  const lines = new Map(told.lines.map((line) => [`${line.county} ${line.operator}`, line.count]));
  const operators = told.operators.filter((operator) => operator.count.stations > 0);
  return (
    <section>
      <h2>
        <Both zh="县 × 运营商" en="Counties and operators" />
      </h2>
      <p class="why">
        <Both zh="空闲 / 全部充电位，可用率" en="free / all bays, share that serves cars" />
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys */}
      <div class="office-table matrix" role="region" aria-label="县 × 运营商 Counties and operators" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">县 County</th>
              {operators.map(({ id, name }) => (
                <th key={id} scope="col" class="amount">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.counties.map(({ code, name }) => (
              <tr key={code}>
                <th scope="row">{code === "" ? "县不详 Elsewhere" : name}</th>
                {operators.map(({ id }) => {
                  const count = lines.get(`${code} ${id}`);
                  return (
                    <td key={id} class="amount">
                      {count ? (
                        <>
                          {count.available} / {count.evses} <small>{percent(count.usableShare)}</small>
                        </>
                      ) : (
                        "—"
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
