/** Whether car parks are told one's plate itself; asked for, never assumed, and taken back by the same tap. */
import { useSignal } from "@preact/signals";
import { SharePlateDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { changeMe } from "../../state/me";

/** `shares` is null where no car park is told anything. */
export function SharePlate({ shares, vehicles }: { shares: boolean | null; vehicles: number }) {
  const m = w().sharePlate;
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  if (shares === null || (vehicles === 0 && !shares)) return null;
  const set = async (agreed: boolean) => {
    busy.value = true;
    trouble.value = await changeMe(SharePlateDocument, { agreed });
    busy.value = false;
  };
  return (
    <div class="consent">
      <label class="choice">
        <input
          type="checkbox"
          checked={shares}
          disabled={busy.value}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            event.currentTarget.checked = shares; // until the gateway has taken it
            void set(checked);
          }}
        />
        <span>{m.label}</span>
      </label>
      <p class="quiet">{m.why}</p>
      {vehicles > 1 && <p class="quiet">{m.several}</p>}
      <p role="status" class="quiet">
        {shares ? m.on : m.off}
      </p>
      <Trouble text={trouble.value} />
    </div>
  );
}
