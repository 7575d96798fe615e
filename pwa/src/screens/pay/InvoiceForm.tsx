/** To whom an invoice is made out. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { Field } from "../../parts/Field";
import { Trouble } from "../../parts/Frame";
import { newKey } from "../../state/intents";

interface Props {
  /** What it is asked for: another content is another question. */
  about: string;
  /** Returns what went wrong, in words. */
  onSend: (buyer: { title: string; taxNumber: string | null; idempotencyKey: string }) => Promise<string | null>;
  onClose: () => void;
}

export function InvoiceForm({ about, onSend, onClose }: Props) {
  const m = w().after;
  const title = useSignal("");
  const tax = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const key = useSignal(newKey()); // one for this question: a second tap asks for no second invoice
  const changed = () => {
    key.value = newKey();
  };
  useEffect(changed, [about]);
  const send = async () => {
    busy.value = true;
    const taxNumber = tax.value.trim() || null;
    trouble.value = await onSend({ title: title.value.trim(), taxNumber, idempotencyKey: key.value });
    busy.value = false;
    if (trouble.value === null) onClose();
  };
  return (
    <form
      class="form inset"
      onSubmit={(event) => {
        event.preventDefault();
        if (title.value.trim() && !busy.value) void send();
      }}
    >
      <Field
        label={m.who}
        hint={m.whoHint}
        value={title.value}
        onText={(text) => {
          title.value = text;
          changed();
        }}
        input={{ name: "title", maxLength: 100, autocomplete: "organization" }}
      />
      <Field
        label={m.tax}
        hint=""
        value={tax.value}
        onText={(text) => {
          tax.value = text.toUpperCase();
          changed();
        }}
        input={{ name: "tax", maxLength: 20 }}
      />
      <Trouble text={trouble.value} />
      <div class="pair">
        <button type="button" class="button" onClick={onClose}>
          {m.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!title.value.trim() || busy.value}>
          {busy.value ? m.sending : m.send}
        </button>
      </div>
    </form>
  );
}
