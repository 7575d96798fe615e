/** The plan's targets: met, not met, or why they cannot be measured. */
import type { Report } from "./Coverage";
import { Both } from "./words";

type Line = Report["lines"][number];

const UNITS: Record<Line["unit"], string> = { COUNT: "", KM: " km", RATIO: ": 1", PERCENT: " %" };

const figure = (value: number | null, unit: Line["unit"]) =>
  value === null ? "—" : `${value.toLocaleString("zh-CN", { maximumFractionDigits: 1 })}${UNITS[unit]}`;

export function Targets({ lines }: { lines: Report["lines"] }) {
  const count = (met: boolean) => lines.filter((line) => line.met === met).length;
  const unmeasured = lines.filter((line) => line.value === null).length;
  return (
    <section>
      <h2>
        <Both zh="规划目标" en="The plan's targets" />
      </h2>
      <p>
        <Both
          zh={`${count(true)} 项达到，${count(false)} 项未达到，${unmeasured} 项无法测算`}
          en={`${count(true)} met, ${count(false)} not met, ${unmeasured} cannot be measured`}
        />
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys */}
      <div class="office-table" role="region" aria-label="规划目标 Targets" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">目标 Target</th>
              <th scope="col" class="amount">
                规划 Planned
              </th>
              <th scope="col" class="amount">
                现状 There
              </th>
              <th scope="col">结果 Result</th>
              <th scope="col">说明 Note</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Row key={line.key} line={line} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ line }: { line: Line }) {
  return (
    <tr>
      <th scope="row">
        <Both zh={line.name} en={line.nameEn} />
      </th>
      <td class="amount">
        {line.planned === null ? "—" : `${line.most ? "≤ " : "≥ "}${figure(line.planned, line.unit)}`}
      </td>
      <td class="amount">
        {line.value !== null && line.approximate && "约 "}
        {figure(line.value, line.unit)}
      </td>
      <td>
        <Result line={line} />
      </td>
      <td>
        {line.why && <p>{line.why}</p>}
        {line.approximate && <p class="why">按示意道路或地点估算 · rests on approximate places</p>}
        {line.lacking.length > 0 && <Lacking names={line.lacking} />}
      </td>
    </tr>
  );
}

function Result({ line }: { line: Line }) {
  if (line.value === null)
    return (
      <span class="result unmeasured">
        ? <Both zh="无法测算" en="cannot be measured" />
      </span>
    );
  if (line.met === null)
    return (
      <span class="result unmeasured">
        – <Both zh="当年无目标" en="no target" />
      </span>
    );
  return line.met ? (
    <span class="result met">
      ✓ <Both zh="达到" en="met" />
    </span>
  ) : (
    <span class="result unmet">
      ✗ <Both zh="未达到" en="not met" />
    </span>
  );
}

function Lacking({ names }: { names: readonly string[] }) {
  return (
    <details open={names.length <= 6}>
      <summary>
        <Both zh={`还缺 ${names.length} 处`} en={`${names.length} lacking`} />
      </summary>
      {names.join("、")}
    </details>
  );
}
