/** How much, or until when. */
import { useSignal } from "@preact/signals";
import { w } from "../../i18n/mine";
import { Toggle } from "../../parts/Toggle";
import { want } from "../../state/charge";

const KWH = [10, 20, 30, 50];
const MINUTES = [30, 60, 120, 240];

export function WantPicker() {
  const m = w().charge;
  const byEnergy = want.value.kind === "energy";
  const clock = useSignal("");
  const now = want.value;
  return (
    <section class="block">
      <h2>{m.howMuch}</h2>
      <div class="wrap">
        <Toggle
          on={byEnergy}
          onToggle={() => {
            want.value = { kind: "energy", kwh: 20 };
          }}
        >
          {m.byEnergy}
        </Toggle>
        <Toggle
          on={!byEnergy}
          onToggle={() => {
            want.value = { kind: "leave", minutes: 60 };
          }}
        >
          {m.byLeave}
        </Toggle>
      </div>
      <div class="wrap">
        {byEnergy
          ? KWH.map((kwh) => (
              <Toggle
                key={kwh}
                on={now.kind === "energy" && now.kwh === kwh}
                onToggle={() => {
                  want.value = { kind: "energy", kwh };
                }}
              >
                {m.kwh(kwh)}
              </Toggle>
            ))
          : MINUTES.map((minutes) => (
              <Toggle
                key={minutes}
                on={now.kind === "leave" && now.minutes === minutes}
                onToggle={() => {
                  want.value = { kind: "leave", minutes };
                }}
              >
                {m.inMinutes(minutes)}
              </Toggle>
            ))}
      </div>
      {!byEnergy && (
        <label class="inline-field">
          {m.leaveAt}
          <input
            type="time"
            value={clock.value}
            onInput={(event) => {
              clock.value = event.currentTarget.value;
              if (clock.value) want.value = { kind: "clock", at: clock.value };
            }}
          />
        </label>
      )}
    </section>
  );
}
