/** Townships and sights one by one: what is there, how far the nearest charger is, and which cannot be measured. */
import type { Report } from "./Coverage";
import { Both, type Pair } from "./words";

type Place = Report["places"][number];

const SHORT = 12;
const KINDS: [Place["kind"], Pair][] = [
  ["TOWNSHIP", { zh: "乡镇", en: "Townships" }],
  ["SIGHT", { zh: "景区", en: "Sights" }],
];

export function PlaceLists({ places }: { places: Report["places"] }) {
  return (
    <>
      {KINDS.map(([kind, name]) => (
        <PlaceList key={kind} name={name} places={places.filter((place) => place.kind === kind)} />
      ))}
    </>
  );
}

function PlaceList({ name, places }: { name: Pair; places: Report["places"] }) {
  const known = places.filter((place) => place.covered !== null);
  const unknown = places.filter((place) => place.covered === null);
  const covered = known.filter((place) => place.covered).length;
  return (
    <section>
      <h2>
        <Both {...name} />
      </h2>
      {places.length === 0 ? (
        <p>
          <Both zh="尚未导入" en="None are imported." />
        </p>
      ) : (
        <p>
          <Both
            zh={`共 ${places.length} 处：${covered} 处已覆盖，${known.length - covered} 处未覆盖，${unknown.length} 处没有坐标、无法测算`}
            en={`${places.length}: ${covered} covered, ${known.length - covered} not, ${unknown.length} without coordinates cannot be measured`}
          />
        </p>
      )}
      {known.length > 0 && (
        <details open={known.length <= SHORT}>
          <summary>
            <Both zh={`逐一列出 ${known.length} 处，离充电站最远的在前`} en="One by one, the farthest first" />
          </summary>
          <Table name={name} known={known} />
        </details>
      )}
      {unknown.length > 0 && (
        <details open={unknown.length <= SHORT}>
          <summary>
            <Both zh={`无法测算（没有坐标）的 ${unknown.length} 处`} en="Not measurable, without coordinates" />
          </summary>
          {unknown.map((place) => (place.county ? `${place.name}（${place.county}）` : place.name)).join("、")}
        </details>
      )}
    </section>
  );
}

function Table({ name, known }: { name: Pair; known: readonly Place[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys
    <div class="office-table places" role="region" aria-label={`${name.zh} ${name.en}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">名称 Name</th>
            <th scope="col">县 County</th>
            <th scope="col" class="amount">
              最近 Nearest, km
            </th>
            <th scope="col">最近的充电站 Nearest charger</th>
            <th scope="col" class="amount">
              {known[0]?.limitKm} km 内：站 / 桩 / 快充
            </th>
            <th scope="col">结果 Result</th>
          </tr>
        </thead>
        <tbody>
          {known.map((place) => (
            <tr key={place.id}>
              <th scope="row">{place.name}</th>
              <td>{place.county ?? "—"}</td>
              <td class="amount">{place.nearestKm?.toFixed(1) ?? "—"}</td>
              <td>{place.nearestName ?? "—"}</td>
              <td class="amount">
                {place.within ? `${place.within.stations} / ${place.within.piles} / ${place.within.fast}` : "—"}
              </td>
              <td>
                {place.covered ? (
                  <span class="result met">
                    ✓ <Both zh="已覆盖" en="covered" />
                  </span>
                ) : (
                  <span class="result unmet">
                    ✗ <Both zh="缺充电站" en="lacks a charger" />
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
