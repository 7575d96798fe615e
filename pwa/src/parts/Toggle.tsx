import type { ComponentChildren } from "preact";

interface Props {
  on: boolean;
  onToggle: () => void;
  children: ComponentChildren;
  label?: string;
}

/** A chip that is pressed or not. */
export function Toggle({ on, onToggle, children, label }: Props) {
  return (
    <button type="button" class="chip" aria-pressed={on} aria-label={label} onClick={onToggle}>
      {children}
    </button>
  );
}
