/** A button that asks once more before it does something that is not easily undone. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { w } from "../i18n/mine";

interface Props {
  label: string;
  /** What will happen, said before the second tap. */
  why: string;
  yes: string;
  no?: string;
  onSure: () => void;
  kind?: string;
  disabled?: boolean;
}

export function Sure({ label, why, yes, no, onSure, kind = "text-button", disabled = false }: Props) {
  const asked = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked.value) box.current?.focus();
  }, [asked.value]);
  if (!asked.value)
    return (
      <button
        type="button"
        class={kind}
        disabled={disabled}
        onClick={() => {
          asked.value = true;
        }}
      >
        {label}
      </button>
    );
  return (
    <div class="sure" role="group" aria-label={why} tabIndex={-1} ref={box}>
      <p>{why}</p>
      <div class="wrap">
        <button
          type="button"
          class="button danger"
          onClick={() => {
            asked.value = false;
            onSure();
          }}
        >
          {yes}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            asked.value = false;
          }}
        >
          {no ?? w().confirm.no}
        </button>
      </div>
    </div>
  );
}
