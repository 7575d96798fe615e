/** What a trip is asked by. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CarClass, TripObjective } from "../../api/generated/ways/graphql";
import { named } from "../../i18n";
import { ww } from "../../i18n/ways";
import { Field } from "../../parts/Field";
import { Trouble } from "../../parts/Frame";
import { online } from "../../state/live";
import { loadRoads, type RoadRow, roads } from "../../state/roads";
import { type Asked, asked, plan, planning, tripTrouble } from "../../state/trip";
import { postText } from "./links";
import { SpotField } from "./SpotField";

const CARS: readonly CarClass[] = ["SMALL", "FAMILY", "LARGE_SUV", "VAN"];
const OBJECTIVES: readonly TripObjective[] = ["LEAST_TIME", "LEAST_MONEY", "FEWEST_STOPS"];

const change = (patch: Partial<Asked>) => {
  asked.value = { ...asked.value, ...patch };
};

const whole = (road: RoadRow): Partial<Asked> => ({
  by: "road",
  road: road.id,
  fromKm: road.fromKm,
  toKm: road.toKm,
  ends: [road.fromKm, road.toKm],
});

export function TripForm({ road }: { road: string | null }) {
  const m = ww().trip;
  const a = asked.value;
  const trouble = useSignal<string | null>(null);
  const known = roads.value ?? [];
  useEffect(() => void loadRoads(), []);
  useEffect(() => {
    const come = known.find((r) => r.id === road);
    if (come && asked.peek().road !== come.id) change(whole(come));
  }, [road, known]);
  const submit = () => {
    const on = known.find((r) => r.id === a.road);
    trouble.value = a.by === "road" ? (on ? null : m.needRoad) : a.from && a.to ? null : m.needPlaces;
    if (trouble.value) return;
    if (a.by === "road" && on) void plan(`${named(on)} ${postText(a.fromKm)}`, postText(a.toKm));
    else void plan(a.from?.name ?? "", a.to?.name ?? "");
  };
  return (
    <form
      class="block form trip-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Choice
        legend={m.by}
        of={["places", "road"] as const}
        value={a.by}
        word={(by) => (by === "places" ? m.byPlaces : m.byRoad)}
        onChoose={(by) => change({ by })}
      />
      {a.by === "places" ? (
        <>
          <SpotField label={m.from} spot={a.from} onSpot={(from) => change({ from })} mine />
          <SpotField label={m.to} spot={a.to} onSpot={(to) => change({ to })} />
        </>
      ) : (
        <Stretch known={known} />
      )}
      <Choice legend={m.car} of={CARS} value={a.car} word={(car) => m.cars[car]} onChoose={(car) => change({ car })} />
      <label class="slider">
        <span>
          {m.start} <strong>{Math.round(a.start * 100)}%</strong>
        </span>
        <input
          type="range"
          min={10}
          max={100}
          step={5}
          value={Math.round(a.start * 100)}
          onInput={(event) => change({ start: Number(event.currentTarget.value) / 100 })}
        />
      </label>
      <Choice
        legend={m.objective}
        of={OBJECTIVES}
        value={a.objective}
        word={(objective) => m.objectives[objective]}
        onChoose={(objective) => change({ objective })}
      />
      <Trouble text={trouble.value ?? tripTrouble.value?.message ?? null} />
      <button type="submit" class="button primary wide-button" disabled={planning.value || !online.value}>
        {planning.value ? m.planning : m.plan}
      </button>
    </form>
  );
}

function Stretch({ known }: { known: readonly RoadRow[] }) {
  const m = ww().trip;
  const a = asked.value;
  const on = known.find((r) => r.id === a.road);
  const km = (label: string, value: number, key: "fromKm" | "toKm") => (
    <Field
      label={label}
      value={String(value)}
      hint={on ? m.kmHint(String(on.fromKm), String(on.toKm)) : ""}
      input={{ type: "number", inputMode: "decimal", step: "any", min: on?.fromKm, max: on?.toKm, required: true }}
      onText={(text) => change({ [key]: Number(text) })}
    />
  );
  return (
    <>
      <Choice
        legend={m.road}
        of={known.map((r) => r.id)}
        value={a.road}
        word={(id) => {
          const road = known.find((r) => r.id === id);
          return road ? `${road.ref ?? ""} ${named(road)}`.trim() : id;
        }}
        onChoose={(id) => {
          const road = known.find((r) => r.id === id);
          if (road) change(whole(road));
        }}
      />
      {on && (
        <div class="two">
          {km(m.fromKm, a.fromKm, "fromKm")}
          {km(m.toKm, a.toKm, "toKm")}
        </div>
      )}
    </>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  of: readonly T[];
  value: T | null;
  word: (value: T) => string;
  onChoose: (value: T) => void;
}

function Choice<T extends string>({ legend, of, value, word, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset>
      <legend class="group-title">{legend}</legend>
      <div class="wrap">
        {of.map((one) => (
          <button key={one} type="button" class="chip" aria-pressed={one === value} onClick={() => onChoose(one)}>
            {word(one)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
