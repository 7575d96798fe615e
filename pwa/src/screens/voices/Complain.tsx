/** A complaint about an order or a station, in a form that opens where one stands. */
import "../../styles/voices.css";
import { useSignal } from "@preact/signals";
import type { ComplaintKind } from "../../api/generated/voices/graphql";
import { vw } from "../../i18n/voices";
import { Trouble } from "../../parts/Frame";
import { TextArea } from "../../parts/TextArea";
import { Toggle } from "../../parts/Toggle";
import { complain } from "../../state/complaints";
import { newKey } from "../../state/intents";
import { hrefOf, openPage } from "../../state/route";

const KINDS: ComplaintKind[] = ["BILLING", "FAULT", "ACCESS", "BLOCKED_BAY", "OTHER"];
const MAX_TEXT = 1_000;
const list = { name: "complaints" } as const;
type About = { order: string } | { stationId: string };

/** As a block of its own, on a bill. */
export function ComplainBlock({ about }: { about: About }) {
  const m = vw();
  return (
    <section class="block complain-block">
      <h2>{m.complain}</h2>
      <Complain about={about} />
    </section>
  );
}

export function Complain({ about }: { about: About }) {
  const m = vw();
  const open = useSignal(false);
  const sent = useSignal(false);
  if (sent.value)
    return (
      <div role="status">
        <p>{m.sent}</p>
        <a
          class="text-button"
          href={hrefOf({ page: list })}
          onClick={(event) => {
            event.preventDefault();
            openPage(list);
          }}
        >
          {m.toList}
        </a>
      </div>
    );
  if (!open.value)
    return (
      <button
        type="button"
        class="button"
        onClick={() => {
          open.value = true;
        }}
      >
        {m.complain}
      </button>
    );
  return (
    <ComplaintForm
      about={about}
      onClose={() => {
        open.value = false;
      }}
      onSent={() => {
        sent.value = true;
      }}
    />
  );
}

function ComplaintForm({ about, onClose, onSent }: { about: About; onClose: () => void; onSent: () => void }) {
  const m = vw();
  const kind = useSignal<ComplaintKind>("order" in about ? "BILLING" : "FAULT");
  const text = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const key = useSignal(newKey()); // one for these words: a second tap complains no second time
  const send = async () => {
    busy.value = true;
    trouble.value = await complain({ kind: kind.value, text: text.value.trim(), idempotencyKey: key.value, ...about });
    busy.value = false;
    if (trouble.value === null) onSent();
  };
  return (
    <form
      class="form inset"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.value.trim() && !busy.value) void send();
      }}
    >
      <p class="quiet">{m.complainWhy}</p>
      <fieldset class="wrap">
        <legend>{m.about}</legend>
        {KINDS.map((each) => (
          <Toggle
            key={each}
            on={kind.value === each}
            onToggle={() => {
              kind.value = each;
              key.value = newKey();
            }}
          >
            {m.kind[each]}
          </Toggle>
        ))}
      </fieldset>
      <TextArea
        label={m.text}
        hint={m.textHint(MAX_TEXT - text.value.length)}
        value={text.value}
        most={MAX_TEXT}
        onText={(typed) => {
          text.value = typed;
          key.value = newKey();
        }}
      />
      <Trouble text={trouble.value} />
      <div class="pair">
        <button type="button" class="button" onClick={onClose}>
          {m.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!text.value.trim() || busy.value}>
          {busy.value ? m.sending : m.send}
        </button>
      </div>
    </form>
  );
}
