/** What each of the three parties says of a row, for the dialog; the one that stands alone is marked. */
import type { RowFragment } from "../api/generated/office/graphql";
import { Both, yuan } from "./words";

export function Parties({ row }: { row: RowFragment }) {
  return (
    <dl class="parties">
      <div>
        <dt>
          <Both zh="渠道" en="Channel" />
        </dt>
        <dd>{row.channel ?? "–"}</dd>
        <dd class="amount">
          <Amount fen={row.channelFen} />
        </dd>
      </div>
      <div>
        <dt>
          <Both zh="账本" en="Ledger" />
        </dt>
        <dd>{row.order ?? "–"}</dd>
        <dd class="amount">
          <Amount fen={row.ledgerFen} />
        </dd>
      </div>
      <div>
        <dt>
          <Both zh="运营商" en="Operator" />
        </dt>
        <dd>{row.operator ?? "–"}</dd>
        <dd class="amount">
          <Amount fen={row.operatorFen} />
        </dd>
      </div>
    </dl>
  );
}

/** Yuan, or that this party says nothing: that is not 0. */
export function Amount({ fen }: { fen: number | null | undefined }) {
  const said = yuan(fen);
  if (said !== null) return <>{said}</>;
  return (
    <>
      <span aria-hidden="true">–</span>
      <span class="unseen">无记载 says nothing</span>
    </>
  );
}
