/** A station's availability at a glance: told by number, word and outline, and only then by colour. */
import { t } from "../i18n";
import { look, type Tally } from "../kernel/counts";

export function Badge({ tally, large = false }: { tally: Tally; large?: boolean }) {
  const seen = look(tally);
  const m = t();
  const spoken = seen === "unknown" ? m.allUnknown : m.freeOf(tally.free, tally.total);
  return (
    <span class={`badge ${seen}${large ? " large" : ""}`} role="img" aria-label={spoken}>
      {seen === "unknown" ? (
        <span class="badge-word">{m.legend.unknown}</span>
      ) : seen === "broken" ? (
        <span class="badge-word">{m.legend.broken}</span>
      ) : (
        <>
          <span class="badge-free">{tally.free}</span>
          <span class="badge-total">/{tally.total}</span>
        </>
      )}
    </span>
  );
}

/** The shares of free, in use, out of order and unknown as one thin bar; the words stand beside it. */
export function Shares({ tally }: { tally: Tally }) {
  if (tally.total === 0) return null;
  return (
    <span class="shares" aria-hidden="true">
      {(["free", "busy", "broken", "unknown"] as const).map(
        (key) => tally[key] > 0 && <span key={key} class={`share ${key}`} style={{ flexGrow: tally[key] }} />,
      )}
    </span>
  );
}
