/** What may go with a report: a photo, a frame around the plate in it, and the plate. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { rw } from "../../i18n/reports";
import { checkPlate } from "../../kernel/checks";
import { frameOf, type PlateFrame, type Spot } from "../../kernel/report";
import { Field } from "../../parts/Field";
import { Icon } from "../../parts/Icon";
import { shrunk } from "../../state/photo";

export interface Draft {
  photo: Signal<Blob | null>;
  frame: Signal<PlateFrame | null>;
  plate: Signal<string>;
  /** Once the gateway has the photo. */
  photoName: Signal<string | null>;
}

export function Evidence({ draft }: { draft: Draft }) {
  const m = rw();
  return (
    <div class="group form">
      <p class="group-title">{m.more}</p>
      <p class="hint">{m.moreWhy}</p>
      <Photo draft={draft} />
      <Plate plate={draft.plate} />
    </div>
  );
}

function Plate({ plate }: { plate: Signal<string> }) {
  const m = rw();
  const check = checkPlate(plate.value);
  const hint = {
    empty: m.plateHint,
    short: m.plateHint,
    "new-energy": m.plateGreen,
    ordinary: m.plateOrdinary,
    head: m.plateHead,
    letters: m.plateLetters,
    wrong: m.plateWrong,
  }[check];
  const good = check === "new-energy" || check === "ordinary";
  return (
    <Field
      label={m.plate}
      value={plate.value}
      onText={(text) => {
        plate.value = text;
      }}
      hint={hint}
      tone={good ? "good" : check === "empty" || check === "short" ? undefined : "bad"}
      input={{ name: "plate", maxLength: 24, autocapitalize: "characters", spellcheck: false }}
    />
  );
}

function Photo({ draft }: { draft: Draft }) {
  const m = rw();
  const { photo, frame, photoName } = draft;
  const input = useRef<HTMLInputElement>(null);
  const working = useSignal(false);
  const bad = useSignal(false);
  const take = async (file: File | undefined) => {
    if (!file) return;
    working.value = true;
    const small = await shrunk(file);
    working.value = false;
    bad.value = small === null;
    frame.value = null;
    photoName.value = null;
    photo.value = small;
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={m.photo}
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {photo.value && <Framed photo={photo.value} draft={draft} />}
      <div class="wrap">
        <button type="button" class="button" disabled={working.value} onClick={() => input.current?.click()}>
          <Icon name="scan" />
          {working.value ? m.photoWorking : photo.value ? m.photoAgain : m.photo}
        </button>
        {photo.value && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              photo.value = null;
              frame.value = null;
              photoName.value = null;
            }}
          >
            {m.photoOff}
          </button>
        )}
      </div>
      <p class="alert" role="alert" hidden={!bad.value}>
        {m.photoBad}
      </p>
    </>
  );
}

const SLIP = 0.03; // a tap and not a stroke

/** The photo, over which a frame is drawn by one stroke or by two taps. */
function Framed({ photo, draft }: { photo: Blob; draft: Draft }) {
  const m = rw();
  const { frame, photoName } = draft;
  const url = useSignal<string | undefined>(undefined);
  const on = useSignal(false);
  const corner = useSignal<Spot | null>(null);
  const wrong = useSignal<"large" | "small" | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(photo);
    url.value = made;
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  const spot = (event: PointerEvent): Spot => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const began = useRef<Spot | null>(null);
  const close = (to: Spot) => {
    const from = corner.value;
    if (!from) return;
    const found = frameOf(from, to);
    corner.value = null;
    wrong.value = typeof found === "string" ? found : null;
    if (typeof found === "string") return;
    frame.value = found;
    photoName.value = null; // at the gateway its plate is hidden
    on.value = false;
  };
  const shape = frame.value;
  return (
    <>
      <div
        class={`framed${on.value ? " framing" : ""}`}
        data-testid="framed"
        onPointerDown={(event) => {
          if (!on.value) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          began.current = spot(event);
          corner.value ??= began.current;
        }}
        onPointerUp={(event) => {
          const from = began.current;
          began.current = null;
          if (!on.value || !from || !corner.value) return;
          const to = spot(event);
          const stroke = Math.abs(to.x - from.x) + Math.abs(to.y - from.y) > SLIP;
          if (stroke) corner.value = from;
          if (stroke || corner.value !== from) close(to);
        }}
      >
        <img src={url.value} alt={m.photoAlt} draggable={false} />
        {shape && (
          <span
            class="frame"
            style={{
              left: `${shape.x * 100}%`,
              top: `${shape.y * 100}%`,
              width: `${shape.width * 100}%`,
              height: `${shape.height * 100}%`,
            }}
          />
        )}
        {corner.value && (
          <span class="corner" style={{ left: `${corner.value.x * 100}%`, top: `${corner.value.y * 100}%` }} />
        )}
      </div>
      <p class="hint" role="status">
        {wrong.value
          ? { large: m.frameLarge, small: m.frameSmall }[wrong.value]
          : on.value
            ? m.framingHow
            : shape
              ? m.framed
              : ""}
      </p>
      <button
        type="button"
        class="chip framing-chip"
        aria-pressed={on.value}
        onClick={() => {
          on.value = !on.value && shape === null;
          corner.value = null;
          wrong.value = null;
          if (shape) {
            frame.value = null;
            photoName.value = null;
          }
        }}
      >
        {shape ? m.frameOff : m.framing}
      </button>
    </>
  );
}
