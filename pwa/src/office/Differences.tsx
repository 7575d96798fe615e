/** The table of differences: what channel, ledger and operator say, and a person's word on it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { type DifferenceState, DifferencesDocument, type RowFragment } from "../api/generated/office/graphql";
import { Decide } from "./Decide";
import { Amount } from "./Parties";
import { askOffice, me } from "./session";
import { Both, DECISIONS, ENTRIES, KINDS } from "./words";

const PAGE = 50;
const STATES: [DifferenceState, string, string][] = [
  ["OPEN", "待处理", "Open"],
  ["DECIDED", "已处理", "Decided"],
];

export function Differences() {
  const state = useSignal<DifferenceState>("OPEN");
  const rows = useSignal<RowFragment[]>([]);
  const next = useSignal<string | null>(null);
  const wrong = useSignal("");
  const said = useSignal("");
  const loading = useSignal(true);
  const deciding = useSignal<RowFragment | null>(null);
  const table = useRef<HTMLDivElement>(null);
  const may = me.value?.roles.includes("ADMINISTRATOR") ?? false;

  const load = async (after: string | null) => {
    loading.value = true;
    wrong.value = "";
    try {
      const { differences } = await askOffice(DifferencesDocument, { first: PAGE, after, state: state.value });
      rows.value = after === null ? differences.nodes : [...rows.value, ...differences.nodes];
      next.value = differences.pageInfo.hasNextPage ? (differences.pageInfo.endCursor ?? null) : null;
    } catch (error) {
      wrong.value = error instanceof ApiError ? error.message : String(error);
    } finally {
      loading.value = false;
    }
  };
  useEffect(() => {
    void load(null);
  }, [state.value]);

  const ended = (row: RowFragment, decided: RowFragment | null) => {
    const at = rows.value.findIndex((each) => each.id === row.id);
    deciding.value = null;
    if (decided) {
      rows.value = rows.value.filter((each) => each.id !== row.id);
      said.value = `已处理 · decided: ${row.ref}`;
    }
    // Where the pressed button is gone, the next row's takes the focus, or the table.
    requestAnimationFrame(() => {
      const buttons = table.current?.querySelectorAll<HTMLElement>("tbody button") ?? [];
      (buttons[Math.min(at, buttons.length - 1)] ?? table.current)?.focus();
    });
  };

  return (
    <div aria-busy={loading.value}>
      <div class="office-bar">
        <h2 id="office-differences">
          <Both zh="三方对账差异" en="Differences between channel, ledger and operator" />
        </h2>
        <fieldset class="states">
          <legend class="unseen">状态 State</legend>
          {STATES.map(([each, zh, en]) => (
            <button
              key={each}
              type="button"
              class="button"
              aria-pressed={state.value === each}
              onClick={() => {
                state.value = each;
              }}
            >
              <Both zh={zh} en={en} />
            </button>
          ))}
        </fieldset>
      </div>
      <p role="status">{said.value}</p>
      <p class="wrong" role="alert">
        {wrong.value}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard */}
      <div class="office-table" ref={table} tabIndex={0} role="region" aria-labelledby="office-differences">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <Both zh="业务日" en="Day" />
              </th>
              <th scope="col">
                <Both zh="事项" en="What" />
              </th>
              <th scope="col">
                <Both zh="号码" en="Number" />
              </th>
              <th scope="col" class="amount">
                <Both zh="渠道 元" en="Channel, yuan" />
              </th>
              <th scope="col" class="amount">
                <Both zh="账本 元" en="Ledger, yuan" />
              </th>
              <th scope="col" class="amount">
                <Both zh="运营商 元" en="Operator, yuan" />
              </th>
              <th scope="col">
                <Both zh="处理" en="Decision" />
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map((row) => (
              <Row
                key={row.id}
                row={row}
                may={may}
                onDecide={() => {
                  deciding.value = row;
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      {!loading.value && rows.value.length === 0 && wrong.value === "" && (
        <p class="empty">
          <Both zh="没有差异" en="Nothing here" />
        </p>
      )}
      {next.value !== null && (
        <button type="button" class="button" onClick={() => void load(next.value)}>
          <Both zh="更多" en="More" />
        </button>
      )}
      {deciding.value !== null && (
        <Decide
          key={deciding.value.id}
          row={deciding.value}
          onEnd={(decided) => {
            if (deciding.value) ended(deciding.value, decided);
          }}
        />
      )}
    </div>
  );
}

function Row({ row, may, onDecide }: { row: RowFragment; may: boolean; onDecide: () => void }) {
  return (
    <tr>
      <td>{row.day}</td>
      <th scope="row">
        <Both {...ENTRIES[row.entry]} />
        <br />
        <strong>
          <Both {...KINDS[row.kind]} />
        </strong>
      </th>
      <td class="number">
        {row.ref}
        <br />
        {[row.channel, row.operator].filter(Boolean).join(" · ")}
        {row.raw && (
          <details>
            <summary>
              <Both zh="原始记录" en="As it came" />
            </summary>
            <code>{row.raw}</code>
          </details>
        )}
      </td>
      <td class="amount">
        <Amount fen={row.channelFen} />
      </td>
      <td class="amount">
        <Amount fen={row.ledgerFen} />
      </td>
      <td class="amount">
        <Amount fen={row.operatorFen} />
      </td>
      <td>
        {row.decision ? (
          <>
            <Both {...DECISIONS[row.decision]} />
            <br />
            <span class="why">{row.note}</span>
          </>
        ) : may ? (
          <button type="button" class="button" aria-label={`处理 Decide ${row.ref}`} onClick={onDecide}>
            <Both zh="处理" en="Decide" />
          </button>
        ) : (
          <Both zh="待管理员处理" en="for an administrator" />
        )}
      </td>
    </tr>
  );
}
