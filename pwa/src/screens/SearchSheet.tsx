/** Stations and towns by part of a name. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../api/client";
import { SuggestDocument, type SuggestQuery } from "../api/generated/graphql";
import { named, t } from "../i18n";
import { fromCounts } from "../kernel/counts";
import { Badge } from "../parts/Badge";
import { Icon } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { distanceText } from "../parts/words";
import { originPoint } from "../state/position";
import { go, openPage, route } from "../state/route";
import { PlaceButton } from "./PlaceButton";
import { closePanel } from "./panels";

const TYPING_MS = 180;

export function SearchSheet() {
  const m = t();
  const text = useSignal(route.value.text);
  const found = useSignal<SuggestQuery | null>(null);
  const failed = useSignal<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const wanted = text.value.trim();
  useEffect(() => {
    const stop = new AbortController();
    if (!wanted) {
      found.value = null;
      return;
    }
    const timer = setTimeout(async () => {
      try {
        found.value = await ask(SuggestDocument, { text: wanted, near: originPoint.peek() }, stop.signal);
        failed.value = null;
      } catch (error) {
        if (!stop.signal.aborted) failed.value = error instanceof Error ? error.message : String(error);
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted]);
  const all = () => {
    if (!wanted) return;
    closePanel();
    go({ text: wanted, station: null, view: "list" });
  };
  const stations = found.value?.searchStations.edges ?? [];
  const places = found.value?.places ?? [];
  return (
    <Sheet title={m.searchTitle} onClose={closePanel} tall>
      <form
        class="search-form"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          all();
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          enterkeyhint="search"
          autocomplete="off"
          maxLength={64}
          aria-label={m.search}
          placeholder={m.search}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </form>
      {!wanted && (
        <>
          <p class="hint">{m.searchHint}</p>
          <button
            type="button"
            class="found-row"
            onClick={() => {
              closePanel();
              openPage({ name: "roads" });
            }}
          >
            <Icon name="road" />
            <span class="found-name">{m.ways}</span>
          </button>
        </>
      )}
      {failed.value && <p class="hint alert">{failed.value}</p>}
      <div aria-live="polite">
        {places.length > 0 && (
          <section>
            <h3 class="group-title">{m.places}</h3>
            <div class="wrap">
              {places.map((place) => (
                <PlaceButton key={`${place.name}${place.location.lat}`} place={place} />
              ))}
            </div>
          </section>
        )}
        {stations.length > 0 && (
          <section>
            <h3 class="group-title">{m.stations}</h3>
            <ul class="found" role="list">
              {stations.map(({ node, distanceM }) => (
                <li key={node.id}>
                  <button
                    type="button"
                    class="found-row"
                    onClick={() => {
                      closePanel();
                      go({ station: node.id, view: "list" });
                    }}
                  >
                    <Badge tally={fromCounts(node.availability)} />
                    <span class="found-text">
                      <span class="found-name">{named(node)}</span>
                      <span class="quiet">
                        {named(node.operator)}
                        {distanceM !== null && ` · ${distanceText(distanceM)}`}
                      </span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            <button type="button" class="button wide-button" onClick={all}>
              {m.searchAll(wanted)}
            </button>
          </section>
        )}
        {found.value && stations.length + places.length === 0 && <p class="hint">{m.searchNone(wanted)}</p>}
      </div>
    </Sheet>
  );
}
