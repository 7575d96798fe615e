/** Bays by state as one bar; the figures stand beside it, for it has no words. */
import { type Count, inState, STATES, type State } from "./picture";
import { Both, type Pair } from "./words";

export const STATE_WORDS: Record<State, Pair> = {
  available: { zh: "空闲", en: "free" },
  charging: { zh: "充电", en: "charging" },
  taken: { zh: "占用", en: "taken" },
  faulted: { zh: "故障", en: "faulted" },
  offline: { zh: "离线", en: "offline" },
  unknown: { zh: "未知", en: "unknown" },
};

export function StateBar({ count }: { count: Count }) {
  let from = 0;
  return (
    <svg class="state-bar" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
      {count.evses > 0 &&
        STATES.map((state) => {
          const width = (inState(count, state) / count.evses) * 100;
          from += width;
          return width > 0 && <rect key={state} class={`s-${state}`} x={from - width} width={width} height="16" />;
        })}
    </svg>
  );
}

export function StateKeys() {
  return (
    <p class="legend">
      {STATES.map((state) => (
        <span key={state}>
          <span class={`key s-${state}`} aria-hidden="true" /> <Both {...STATE_WORDS[state]} />
        </span>
      ))}
    </p>
  );
}
