/** Several lines to type into, with how many characters are left. */
import { useId } from "preact/hooks";

interface Props {
  label: string;
  value: string;
  onText: (text: string) => void;
  hint: string;
  most: number;
  rows?: number;
}

export function TextArea({ label, value, onText, hint, most, rows = 4 }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        maxLength={most}
        value={value}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class="field-hint">
        {hint}
      </p>
    </div>
  );
}
