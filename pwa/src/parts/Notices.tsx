/** What a reader must know about all that is on the screen. */

import type { FailureFragment } from "../api/generated/graphql";
import { t } from "../i18n";
import { about } from "../state/about";
import { online } from "../state/live";
import { failure, keptSince, nearby, refresh } from "../state/nearby";
import { Age } from "./Age";
import { Icon } from "./Icon";

/** That this is practice data; on every surface where it is. */
export function PracticeNotice({ practice }: { practice: boolean }) {
  if (!practice) return null;
  return (
    <p class="practice">
      <strong>{t().practice}</strong> {practiceRest()}
    </p>
  );
}

function practiceRest(): string {
  const text = about.value?.notice ?? t().practiceNotice;
  return text.replace(new RegExp(`^${t().practice}[:：]?\\s*`), "");
}

export function FailureNotes({ failures }: { failures: readonly FailureFragment[] }) {
  const seen = new Map(failures.map((f) => [`${f.operator}/${f.kind}`, f]));
  if (seen.size === 0) return null;
  return (
    <ul class="notes" role="list">
      {[...seen].map(([key, f]) => (
        <li key={key} class="note">
          <Icon name="warning" />
          <span>{t().failures[f.kind](f.name)}</span>
        </li>
      ))}
    </ul>
  );
}

/** No network, or a service that does not answer: said once, with the age of what is shown instead. */
export function OfflineBanner() {
  const m = t();
  const since = keptSince.value ?? (online.value ? null : (nearby.value?.receivedAt ?? null));
  if (online.value && !failure.value) return null;
  return (
    <div class="banner" role="status">
      <Icon name="cloudOff" />
      <span>
        <strong>{online.value ? (failure.value?.retryable ? m.failed : failure.value?.message) : m.offline}</strong>
        {since !== null && (
          <>
            {" · "}
            {splitAge(m.keptList, since)}
          </>
        )}
      </span>
      {online.value && (
        <button type="button" class="text-button" onClick={() => void refresh()}>
          {m.retry}
        </button>
      )}
    </div>
  );
}

/** A sentence around an age that ticks. */
export function splitAge(sentence: (age: string) => string, at: number) {
  const [before, after] = sentence("\u0000").split("\u0000");
  return (
    <>
      {before}
      <Age at={at} />
      {after}
    </>
  );
}
