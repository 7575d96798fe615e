/** The vehicles that one has bound. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ApiError } from "../../api/client";
import {
  AddVehicleDocument,
  BindVehicleDocument,
  RemoveVehicleDocument,
  UnbindVehicleDocument,
} from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { checkPlate, checkVin, plainPlate, plainVin } from "../../kernel/checks";
import { Field } from "../../parts/Field";
import { Trouble } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { Sure } from "../../parts/Sure";
import { payChannels } from "../../state/about";
import { claiming } from "../../state/claims";
import { changeMe, type Me, tryMe } from "../../state/me";
import { openPage } from "../../state/route";
import { ClaimLink } from "./ClaimLink";
import { SharePlate } from "./SharePlate";

const MOST = 10;

export function Vehicles({ mine }: { mine: Me }) {
  const { vehicles } = mine;
  const m = w().vehicles;
  const adding = useSignal(false);
  const trouble = useSignal<string | null>(null);
  return (
    <section class="block">
      <h2>{m.title}</h2>
      {vehicles.length === 0 && <p class="quiet">{m.none}</p>}
      <ul class="rows" role="list">
        {vehicles.map((v) => (
          <li key={v.id} class="row-item">
            <div>
              <span class={`plate${v.newEnergy ? " new-energy" : ""}`}>{dotted(v.plate)}</span>
              {v.newEnergy && <span class="tag">{m.newEnergy}</span>}
              <p class="quiet vin">{v.vin ?? m.noVin}</p>
              {v.vin && <PlugAndCharge mine={mine} vehicle={v.id} />}
            </div>
            <Sure
              label={m.remove}
              why={m.removeWhy(dotted(v.plate))}
              yes={m.remove}
              onSure={async () => {
                trouble.value = await changeMe(RemoveVehicleDocument, { id: v.id });
              }}
            />
          </li>
        ))}
      </ul>
      <Trouble text={trouble.value} />
      <SharePlate shares={mine.sharesPlate ?? null} vehicles={vehicles.length} />
      {adding.value ? (
        <AddVehicle
          onClose={() => {
            adding.value = false;
          }}
        />
      ) : vehicles.length < MOST ? (
        <button
          type="button"
          class="button wide-button"
          onClick={() => {
            adding.value = true;
          }}
        >
          <Icon name="plus" />
          {m.add}
        </button>
      ) : (
        <p class="quiet">{m.most}</p>
      )}
      <ClaimLink cases={mine.plugCases ?? []} />
    </section>
  );
}

const dotted = (plate: string) => `${plate.slice(0, 2)}·${plate.slice(2)}`;

function AddVehicle({ onClose }: { onClose: () => void }) {
  const words = w();
  const m = words.vehicles;
  const plate = useSignal("");
  const vin = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<ApiError | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const plateCheck = checkPlate(plate.value);
  const vinCheck = checkVin(vin.value);
  const plateGood = plateCheck === "new-energy" || plateCheck === "ordinary";
  const good = plateGood && (vinCheck === "ok" || vinCheck === "empty");
  const n = plainVin(vin.value).length;
  const plateHint = {
    empty: m.plateHint,
    short: m.plateHint,
    "new-energy": m.plateNewEnergy,
    ordinary: m.plateOrdinary,
    head: m.plateHead,
    letters: m.plateLetters,
    wrong: m.plateWrong,
  }[plateCheck];
  const vinHint = {
    empty: m.vinHint,
    short: m.vinShort(n),
    long: m.vinLong(n),
    letters: m.vinLetters,
    digit: m.vinDigit,
    reversed: m.vinReversed,
    ok: `${m.vinOk} · ${m.vinHint}`,
  }[vinCheck];
  const save = async () => {
    busy.value = true;
    trouble.value = await tryMe(AddVehicleDocument, {
      plate: plainPlate(plate.value),
      vin: vinCheck === "ok" ? plainVin(vin.value) : null,
    });
    busy.value = false;
    if (trouble.value === null) onClose();
  };
  return (
    <form
      class="form inset"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (good && !busy.value) void save();
      }}
    >
      <Field
        label={m.plate}
        value={plate.value}
        onText={(text) => {
          plate.value = text;
        }}
        hint={plateHint}
        tone={plateGood ? "good" : plateCheck === "empty" || plateCheck === "short" ? undefined : "bad"}
        input={{ name: "plate", maxLength: 24, autocapitalize: "characters" }}
      />
      <Field
        label={m.vin}
        value={vin.value}
        onText={(text) => {
          vin.value = text;
        }}
        hint={vinHint}
        tone={vinCheck === "ok" ? "good" : vinCheck === "empty" || vinCheck === "short" ? undefined : "bad"}
        input={{ name: "vin", maxLength: 34, autocapitalize: "characters", spellcheck: false, class: "vin" }}
      />
      <Trouble text={trouble.value?.message ?? null} />
      {trouble.value?.code === "VEHICLE_TAKEN" && (
        <button
          type="button"
          class="button"
          onClick={() => {
            claiming.value = plainVin(vin.value);
            openPage({ name: "claim" });
          }}
        >
          {words.claim.mine}
        </button>
      )}
      <div class="pair">
        <button type="button" class="button" onClick={onClose}>
          {m.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!good || busy.value}>
          {busy.value ? m.saving : m.save}
        </button>
      </div>
    </form>
  );
}

/** Paying by being plugged in: for a car whose VIN is known, under an agreement that asks nothing. */
function PlugAndCharge({ mine, vehicle }: { mine: Me; vehicle: string }) {
  const m = w().plug;
  const trouble = useSignal<string | null>(null);
  const binding = mine.bindings.find((b) => b.vehicle === vehicle);
  const agreement = mine.agreements.find((a) => a.standing && a.endedAt === null);
  if (!binding && payChannels.value.length === 0) return null;
  return (
    <>
      <p class="quiet">{binding ? m[binding.state] : m.none}</p>
      {binding ? (
        <Sure
          label={m.unbind}
          why={m.unbindWhy}
          yes={m.unbind}
          onSure={async () => {
            trouble.value = await changeMe(UnbindVehicleDocument, { vehicle });
          }}
        />
      ) : agreement ? (
        <button
          type="button"
          class="text-button"
          onClick={async () => {
            trouble.value = await changeMe(BindVehicleDocument, { vehicle, agreement: agreement.id });
          }}
        >
          {m.bind}
        </button>
      ) : (
        <p class="quiet">{m.needsAgreement}</p>
      )}
      <Trouble text={trouble.value} />
    </>
  );
}
