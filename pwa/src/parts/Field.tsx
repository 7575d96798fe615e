/** One line to type into, with what is wrong with it said beneath as one types. */
import type { InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface Props {
  label: string;
  value: string;
  onText: (text: string) => void;
  hint: string;
  /** `good` and `bad` are told by a sign too. */
  tone?: "good" | "bad" | undefined;
  input?: InputHTMLAttributes<HTMLInputElement>;
}

export function Field({ label, value, onText, hint, tone, input }: Props) {
  const id = useId();
  return (
    <div class={`field${tone ? ` ${tone}` : ""}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        value={value}
        aria-describedby={`${id}-hint`}
        aria-invalid={tone === "bad"}
        autocomplete="off"
        {...input}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class="field-hint" aria-live="polite">
        {tone && <span aria-hidden="true">{tone === "good" ? "✓ " : "! "}</span>}
        {hint}
      </p>
    </div>
  );
}
