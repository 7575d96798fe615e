/** One end of a trip: a town found by name, or where the driver is. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/client";
import { PlacesDocument, type PlacesQuery } from "../../api/generated/graphql";
import { named, t } from "../../i18n";
import { ww } from "../../i18n/ways";
import { Field } from "../../parts/Field";
import { Icon } from "../../parts/Icon";
import { locate, position } from "../../state/position";
import type { Spot } from "../../state/trip";

const TYPING_MS = 180;
const SHOWN = 6;

interface Props {
  label: string;
  spot: Spot | null;
  onSpot: (spot: Spot | null) => void;
  /** Whether it may be where the driver is. */
  mine?: boolean;
}

export function SpotField({ label, spot, onSpot, mine = false }: Props) {
  const m = ww().trip;
  const text = useSignal(spot?.name ?? "");
  const found = useSignal<PlacesQuery["places"] | null>(null);
  const said = useSignal<string | null>(null);
  const wanted = text.value.trim();
  const open = wanted !== "" && wanted !== spot?.name;
  useEffect(() => {
    found.value = null;
    if (!open) return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        found.value = (await ask(PlacesDocument, { text: wanted }, stop.signal)).places;
        said.value = found.value.length ? null : m.placeNone;
      } catch (error) {
        if (!stop.signal.aborted) said.value = error instanceof Error ? error.message : String(error);
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, open]);
  const choose = (chosen: Spot) => {
    text.value = chosen.name;
    said.value = null;
    onSpot(chosen);
  };
  return (
    <div class="spot">
      <Field
        label={label}
        value={text.value}
        tone={spot ? "good" : undefined}
        hint={spot ? m.chosen(spot.name) : (said.value ?? m.placeHint)}
        input={{ enterkeyhint: "search", maxLength: 40 }}
        onText={(typed) => {
          text.value = typed;
          onSpot(null);
        }}
      />
      <div class="wrap">
        {mine && !spot && (
          <button
            type="button"
            class="chip"
            onClick={async () => {
              const here = (await locate()) === "found" ? position.value : null;
              if (here) choose({ name: t().myPosition, at: here });
              else said.value = m.mineFailed;
            }}
          >
            <Icon name="locate" />
            {m.mine}
          </button>
        )}
        {open &&
          found.value?.slice(0, SHOWN).map((place) => (
            <button
              key={`${place.name}${place.location.lat}`}
              type="button"
              class="chip"
              onClick={() => choose({ name: named(place), at: place.location })}
            >
              {named(place)}
            </button>
          ))}
      </div>
    </div>
  );
}
