import { named } from "../i18n";
import { go } from "../state/route";
import { closePanel } from "./panels";

interface Props {
  place: { name: string; nameEn: string | null; location: { lat: number; lon: number } };
}

/** Looks around that town. */
export function PlaceButton({ place }: Props) {
  return (
    <button
      type="button"
      class="chip"
      onClick={() => {
        closePanel();
        const name = named(place);
        go({ origin: { kind: "place", at: place.location, name }, text: "", station: null, camera: null });
      }}
    >
      {named(place)}
    </button>
  );
}
