/** On a station's page: to be told when a bay frees, or when the last one is taken. */
import "../../styles/watch.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { WatchKind } from "../../api/generated/watch/graphql";
import { wt } from "../../i18n/watch";
import { wantedOf } from "../../kernel/wanted";
import { Trouble } from "../../parts/Frame";
import { timeText } from "../../parts/when";
import { filters, openPage } from "../../state/route";
import { hasAccount } from "../../state/settings";
import type { Detail } from "../../state/stations";
import { begin, end, loadWatches, openAt, watches, watchTrouble, way } from "../../state/watches";
import { showTold } from "./Told";

export function WatchPart({ found }: { found: Detail }) {
  const m = wt();
  const busy = useSignal(false);
  const known = hasAccount.value;
  useEffect(() => {
    if (known && watches.value === null) void loadWatches();
  }, [known]);
  const { wish, free, known: seen } = wantedOf(found.evses, filters.value);
  if (seen === 0) return null; // nobody tells, so nobody could be told
  const waits = openAt(found.id);
  const kind: WatchKind = free === 0 ? "FREES" : "DRIVING";
  const told = way.value;
  return (
    <section class="block watch" aria-label={m.title}>
      {!known ? (
        <button type="button" class="button wide-button" onClick={() => openPage({ name: "my" })}>
          {m.signIn}
        </button>
      ) : waits ? (
        <>
          <p role="status">
            {m.open[waits.kind](timeText(waits.until))}
            {told && <span class="quiet watch-way">{m[told]}</span>}
          </p>
          <button type="button" class="button wide-button" onClick={() => void end(waits.id)}>
            {m.end}
          </button>
        </>
      ) : (
        <button
          type="button"
          class="button wide-button"
          disabled={busy.value}
          onClick={async () => {
            busy.value = true;
            showTold();
            await begin(found.id, kind, wish);
            busy.value = false;
          }}
        >
          {busy.value ? m.beginning : m.begin[kind]}
        </button>
      )}
      {known && <Trouble text={watchTrouble.value} />}
    </section>
  );
}
