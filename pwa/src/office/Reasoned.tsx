/** A decision with its reason in words. The browser's own dialog keeps focus inside. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { Both } from "./words";

const MAX_WORDS = 500;

interface Words {
  zh: string;
  en: string;
}

interface Props {
  heading: ComponentChildren;
  children?: ComponentChildren;
  why: Words;
  yes: Words;
  /** Sends what was written; whatever it raises is shown, and one may try again. */
  onSend: (words: string) => Promise<void>;
  onGivenUp: () => void;
}

export function Reasoned({ heading, children, why, yes, onSend, onGivenUp }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const words = useSignal("");
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
      await onSend(words.value.trim());
    } catch (error) {
      wrong.value = error instanceof ApiError ? error.message : String(error);
    } finally {
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
        onGivenUp();
      }}
    >
      <form onSubmit={send}>
        <h2 id={id}>{heading}</h2>
        {children}
        <label>
          <Both {...why} />
          <textarea
            required
            rows={3}
            maxLength={MAX_WORDS}
            value={words.value}
            onInput={(event) => {
              words.value = event.currentTarget.value;
            }}
          />
        </label>
        <p class="wrong" role="alert">
          {wrong.value}
        </p>
        <div class="office-buttons">
          <button type="button" class="button" onClick={onGivenUp}>
            <Both zh="取消" en="Cancel" />
          </button>
          <button type="submit" class="button primary" disabled={busy.value}>
            <Both {...yes} />
          </button>
        </div>
      </form>
    </dialog>
  );
}
