/** One decision: what it means for the books, and why. */
import { useSignal } from "@preact/signals";
import { DecideDocument, type DifferenceDecision, type RowFragment } from "../api/generated/office/graphql";
import { Parties } from "./Parties";
import { Reasoned } from "./Reasoned";
import { askOffice } from "./session";
import { Both, DECISIONS, ENTRIES, KINDS } from "./words";

interface Props {
  row: RowFragment;
  /** The decided row, or null where it was given up. */
  onEnd: (decided: RowFragment | null) => void;
}

export function Decide({ row, onEnd }: Props) {
  const chosen = useSignal<DifferenceDecision | null>(null);
  return (
    <Reasoned
      heading={
        <>
          <Both {...ENTRIES[row.entry]} /> · <Both {...KINDS[row.kind]} />
        </>
      }
      why={{ zh: "理由（必填）", en: "Why (required)" }}
      yes={{ zh: "确认处理", en: "Decide" }}
      onSend={async (note) => {
        if (chosen.value === null) return;
        const asked = { id: row.id, decision: chosen.value, note };
        onEnd((await askOffice(DecideDocument, asked)).decideDifference);
      }}
      onGivenUp={() => onEnd(null)}
    >
      <Parties row={row} />
      <fieldset>
        <legend>
          <Both zh="处理" en="Decision" />
        </legend>
        {row.allowed.map((each) => (
          <label key={each} class="choice">
            <input
              type="radio"
              name="decision"
              required
              checked={chosen.value === each}
              onChange={() => {
                chosen.value = each;
              }}
            />
            <span>
              <Both {...DECISIONS[each]} />
              <small>
                <Both {...DECISIONS[each].means} />
              </small>
            </span>
          </label>
        ))}
      </fieldset>
    </Reasoned>
  );
}
