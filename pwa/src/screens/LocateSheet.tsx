/** Why the position is asked for, before it is; and the towns, for those who would rather not. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { type LocateResult, locate, locating } from "../state/position";
import { go } from "../state/route";
import { loadTowns, towns } from "../state/towns";
import { PlaceButton } from "./PlaceButton";
import { closePanel, panel } from "./panels";

export function LocateSheet() {
  const m = t();
  const result = useSignal<LocateResult | null>(null);
  useEffect(() => void loadTowns(), []);
  const allow = async () => {
    result.value = await locate();
    if (result.value !== "found") return;
    closePanel();
    go({ origin: { kind: "me" }, text: "", station: null, camera: null });
  };
  return (
    <Sheet title={m.locate} onClose={closePanel}>
      {result.value === null || result.value === "found" ? (
        <>
          <p class="hint">{m.locateWhy}</p>
          <button
            type="button"
            class="button primary wide-button"
            disabled={locating.value}
            onClick={() => void allow()}
          >
            <Icon name="locate" />
            {locating.value ? m.locating : m.locateAllow}
          </button>
        </>
      ) : (
        <p class="hint alert" role="alert">
          {result.value === "denied" ? m.locateDenied : m.locateFailed}
        </p>
      )}
      <h3 class="group-title">{m.places}</h3>
      <div class="wrap">
        <button
          type="button"
          class="chip"
          onClick={() => {
            closePanel();
            go({ origin: { kind: "centre" }, text: "", station: null, camera: null });
          }}
        >
          {m.cityCentre}
        </button>
        {towns.value.map((place) => (
          <PlaceButton key={`${place.name}${place.location.lat}`} place={place} />
        ))}
      </div>
      <button
        type="button"
        class="button wide-button"
        onClick={() => {
          panel.value = "search";
        }}
      >
        <Icon name="search" />
        {m.search}
      </button>
    </Sheet>
  );
}
