/** One decision: what it means for the books, and why. The browser's own dialog keeps focus inside. */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { DecideDocument, type DifferenceDecision, type RowFragment } from "../api/generated/office/graphql";
import { Parties } from "./Parties";
import { askOffice } from "./session";
import { Both, DECISIONS, ENTRIES, KINDS } from "./words";

const MAX_NOTE = 500;

interface Props {
  row: RowFragment;
  /** The decided row, or null where it was given up. */
  onEnd: (decided: RowFragment | null) => void;
}

export function Decide({ row, onEnd }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const chosen = useSignal<DifferenceDecision | null>(null);
  const note = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const send = async (event: Event) => {
    event.preventDefault();
    if (chosen.value === null) return;
    busy.value = true;
    wrong.value = "";
    try {
      const asked = { id: row.id, decision: chosen.value, note: note.value.trim() };
      onEnd((await askOffice(DecideDocument, asked)).decideDifference);
    } catch (error) {
      wrong.value = error instanceof ApiError ? error.message : String(error);
      busy.value = false;
    }
  };

  return (
    <dialog
      ref={dialog}
      class="office-decide"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onEnd(null);
      }}
    >
      <form onSubmit={send}>
        <h2 id={id}>
          <Both {...ENTRIES[row.entry]} /> · <Both {...KINDS[row.kind]} />
        </h2>
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
        <label>
          <Both zh="理由（必填）" en="Why (required)" />
          <textarea
            required
            rows={3}
            maxLength={MAX_NOTE}
            value={note.value}
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
        </label>
        <p class="wrong" role="alert">
          {wrong.value}
        </p>
        <div class="office-buttons">
          <button type="button" class="button" onClick={() => onEnd(null)}>
            <Both zh="取消" en="Cancel" />
          </button>
          <button type="submit" class="button primary" disabled={busy.value}>
            <Both zh="确认处理" en="Decide" />
          </button>
        </div>
      </form>
    </dialog>
  );
}
