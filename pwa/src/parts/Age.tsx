/** An age in words that ticks by itself. */
import { t } from "../i18n";
import { ageParts } from "../kernel/ages";
import { now } from "../state/clock";

/** In words, of a moment of this device's clock; call it while rendering and the component follows the clock. */
export function ageText(at: number): string {
  const { unit, count } = ageParts((now.value - at) / 1000);
  return t().age[unit](count);
}

export function Age({ at }: { at: number }) {
  return (
    <time class="age" dateTime={new Date(at).toISOString()}>
      {ageText(at)}
    </time>
  );
}
