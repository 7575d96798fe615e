/** Piles that serve nobody, with the evidence and the day on which they are to leave the search. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type DeadKind, DeadPilesDocument, type DeadPilesQuery } from "../api/generated/supervision/graphql";
import type { Picture } from "./picture";
import { askOffice } from "./session";
import { Both, type Pair } from "./words";

type Pile = DeadPilesQuery["deadPiles"][number];

const KINDS: Record<DeadKind, Pair> = {
  SILENT: { zh: "30 天没有消息", en: "silent for 30 days" },
  NEVER_USED: { zh: "空闲 60 天从未使用", en: "free for 60 days, never used" },
  FAILING: { zh: "连续启动失败", en: "starts fail in a row" },
};
const AGAIN_MS = 600_000;

export function DeadPiles({ told }: { told: Picture }) {
  const piles = useSignal<Pile[] | null>(null);
  const wrong = useSignal("");
  useEffect(() => {
    const load = () =>
      askOffice(DeadPilesDocument, {})
        .then(({ deadPiles }) => {
          piles.value = deadPiles;
          wrong.value = "";
        })
        .catch((error: unknown) => {
          wrong.value = error instanceof Error ? error.message : String(error);
        });
    void load();
    const timer = setInterval(load, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const found = piles.value;
  return (
    <section>
      <h2>
        <Both zh={`僵尸桩${found ? `（${found.length}）` : ""}`} en="dead piles" />
      </h2>
      <p class="wrong" role="alert">
        {wrong.value}
      </p>
      {found?.length === 0 && (
        <p>
          ✓ <Both zh="没有僵尸桩" en="There is none." />
        </p>
      )}
      {found && found.length > 0 && <Table piles={found} told={told} />}
    </section>
  );
}

function Table({ piles, told }: { piles: readonly Pile[]; told: Picture }) {
  const counties = new Map(told.counties.map((county) => [county.code, county.name]));
  const operators = new Map(told.operators.map((operator) => [operator.id, operator.name]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways has to be reached by keys
    <div class="office-table" role="region" aria-label="僵尸桩 Dead piles" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">编号 Number</th>
            <th scope="col">县 County</th>
            <th scope="col">运营商 Operator</th>
            <th scope="col">原因 Why</th>
            <th scope="col">证据 Evidence</th>
            <th scope="col">认定 Since</th>
            <th scope="col">下线日 Leaves on</th>
          </tr>
        </thead>
        <tbody>
          {piles.map((pile) => (
            <tr key={pile.evseId}>
              <th scope="row">{pile.evseId}</th>
              <td>{counties.get(pile.county) ?? "—"}</td>
              <td>{operators.get(pile.operator) ?? pile.operator}</td>
              <td>
                <Both {...KINDS[pile.kind]} />
              </td>
              <td>{evidence(pile)}</td>
              <td>{day(pile.deadSince)}</td>
              <td>{day(pile.leavesAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }); // 2026-11-25

const day = (at: string | null | undefined) => (at ? DAY.format(new Date(at)) : "—");

function evidence(pile: Pile): string {
  if (pile.kind === "FAILING") return `最近 ${pile.failedStarts} 次启动均失败 starts failed`;
  if (pile.kind === "SILENT") return `最后消息 last told ${day(pile.toldAt)}，自 ${day(pile.since)} 起观察 watched`;
  return `自 ${day(pile.since)} 起有 ${pile.freeDays} 天空闲，没有一次充电 days free, no session`;
}
