/** What was done about an alarm. The browser's own dialog keeps focus inside. */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { AcknowledgeDocument, type AlarmedFragment } from "../api/generated/supervision/graphql";
import { ALARM_KINDS } from "./Alarms";
import { askOffice } from "./session";
import { Both } from "./words";

const MAX_DONE = 500;

interface Props {
  alarm: AlarmedFragment;
  /** The acknowledged alarm, or null where it was given up. */
  onEnd: (done: AlarmedFragment | null) => void;
}

export function Acknowledge({ alarm, onEnd }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const done = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const send = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    wrong.value = "";
    try {
      onEnd((await askOffice(AcknowledgeDocument, { id: alarm.id, done: done.value.trim() })).acknowledgeAlarm);
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
          <Both {...ALARM_KINDS[alarm.kind]} />
        </h2>
        <label>
          <Both zh="已采取的措施（必填）" en="What was done (required)" />
          <textarea
            required
            rows={3}
            maxLength={MAX_DONE}
            value={done.value}
            onInput={(event) => {
              done.value = event.currentTarget.value;
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
            <Both zh="确认告警" en="Acknowledge" />
          </button>
        </div>
      </form>
    </dialog>
  );
}
