/** After a session that was paid: its invoice, and what one thinks is wrong with the bill. */
import { useSignal } from "@preact/signals";
import type { Document } from "../../api/client";
import type { DisputeReason } from "../../api/generated/charging/graphql";
import {
  AppealDisputeDocument,
  DisputeOrderDocument,
  RequestInvoiceDocument,
  WithdrawDisputeDocument,
} from "../../api/generated/charging/graphql";
import { w } from "../../i18n/mine";
import { yuanOfFen } from "../../kernel/order";
import { Field } from "../../parts/Field";
import { Trouble } from "../../parts/Frame";
import { Sure } from "../../parts/Sure";
import { Toggle } from "../../parts/Toggle";
import { dateText } from "../../parts/when";
import { newKey } from "../../state/intents";
import { words } from "../../state/me";
import { loadOrder, type Order } from "../../state/orders";
import { askMine } from "../../state/session";

const MAX_TEXT = 500;
const REASONS: DisputeReason[] = ["OVERCHARGED", "NOT_CHARGED", "STOPPED_EARLY", "PARKING_FEE", "PILE_BROKEN", "OTHER"];

/** Does something to the order and shows what it changed. Returns what went wrong, in words. */
async function changed<R, V>(number: string, document: Document<R, V>, variables: V): Promise<string | null> {
  try {
    await askMine(document, variables);
  } catch (error) {
    return words(error);
  }
  await loadOrder(number);
  return null;
}

export function After({ found }: { found: Order }) {
  if (found.bill === null) return null;
  return (
    <>
      {(found.capturedFen ?? 0) > 0 && <Invoices found={found} />}
      {found.dispute ? <DisputeView found={found} dispute={found.dispute} /> : <OpenDispute found={found} />}
    </>
  );
}

function Invoices({ found }: { found: Order }) {
  const m = w().after;
  const asking = useSignal(false);
  const open = found.invoices.some((i) => i.state === "REQUESTED" || i.state === "ISSUED" || i.state === "REVERSING");
  return (
    <section class="block">
      <h2>{m.invoice}</h2>
      {found.invoices.map((i) => (
        <div key={i.number}>
          <p>
            <strong>¥{yuanOfFen(i.totalFen)}</strong> {m.invoiceState[i.state]}
          </p>
          <p class="quiet">
            {i.issuer}
            {i.title && ` · ${i.title}`}
            {i.issuedAt && ` · ${dateText(i.issuedAt)}`}
          </p>
          {i.invoiceNo && <p class="quiet">{m.invoiceNo(i.invoiceNo)}</p>}
          {i.redNo && <p class="quiet">{m.redNo(i.redNo)}</p>}
        </div>
      ))}
      {!open &&
        (asking.value ? (
          <AskInvoice
            found={found}
            onClose={() => {
              asking.value = false;
            }}
          />
        ) : (
          <>
            <p class="quiet">{m.invoiceWhy}</p>
            <button
              type="button"
              class="button"
              onClick={() => {
                asking.value = true;
              }}
            >
              {m.request}
            </button>
          </>
        ))}
    </section>
  );
}

function AskInvoice({ found, onClose }: { found: Order; onClose: () => void }) {
  const m = w().after;
  const title = useSignal("");
  const tax = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const key = useSignal(newKey()); // one for this form: a second tap asks for no second invoice
  const send = async () => {
    busy.value = true;
    trouble.value = await changed(found.number, RequestInvoiceDocument, {
      orders: [found.number],
      title: title.value.trim(),
      taxNumber: tax.value.trim() || null,
      idempotencyKey: key.value,
    });
    busy.value = false;
    if (trouble.value === null) onClose();
  };
  const retyped = () => {
    key.value = newKey(); // other words are another question
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
          retyped();
        }}
        input={{ name: "title", maxLength: 100, autocomplete: "organization" }}
      />
      <Field
        label={m.tax}
        hint=""
        value={tax.value}
        onText={(text) => {
          tax.value = text.toUpperCase();
          retyped();
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

function OpenDispute({ found }: { found: Order }) {
  const m = w().after;
  const asking = useSignal(false);
  const reason = useSignal<DisputeReason>("OVERCHARGED");
  return (
    <section class="block">
      <h2>{m.dispute}</h2>
      <p class="quiet">{m.disputeWhy}</p>
      {asking.value ? (
        <>
          <fieldset class="wrap">
            <legend class="sr">{m.reason}</legend>
            {REASONS.map((r) => (
              <Toggle
                key={r}
                on={reason.value === r}
                onToggle={() => {
                  reason.value = r;
                }}
              >
                {m.reasons[r]}
              </Toggle>
            ))}
          </fieldset>
          <TextForm
            label={m.open}
            onText={(text) =>
              changed(found.number, DisputeOrderDocument, { number: found.number, reason: reason.value, text })
            }
          />
        </>
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => {
            asking.value = true;
          }}
        >
          {m.open}
        </button>
      )}
    </section>
  );
}

function DisputeView({ found, dispute }: { found: Order; dispute: NonNullable<Order["dispute"]> }) {
  const m = w().after;
  const trouble = useSignal<string | null>(null);
  const { id, state } = dispute;
  return (
    <section class="block" role="status">
      <h2>{m.state[state]}</h2>
      <p>
        {m.reasons[dispute.reason]}
        {dispute.text && `：${dispute.text}`}
      </p>
      {dispute.answer && <p>{m.answer(dispute.answer)}</p>}
      {dispute.note && <p>{m.note(dispute.note)}</p>}
      {dispute.refundFen !== null && <p>{m.refund(yuanOfFen(dispute.refundFen))}</p>}
      {state === "REJECTED" && (
        <TextForm label={m.appeal} onText={(text) => changed(found.number, AppealDisputeDocument, { id, text })} />
      )}
      {(state === "OPEN" || state === "ANSWERED") && (
        <Sure
          label={m.withdraw}
          why={m.withdrawWhy}
          yes={m.withdraw}
          onSure={async () => {
            trouble.value = await changed(found.number, WithdrawDisputeDocument, { id });
          }}
        />
      )}
      <Trouble text={trouble.value} />
    </section>
  );
}

function TextForm({ label, onText }: { label: string; onText: (text: string) => Promise<string | null> }) {
  const m = w().after;
  const text = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  return (
    <form
      class="form"
      onSubmit={async (event) => {
        event.preventDefault();
        if (!text.value.trim() || busy.value) return;
        busy.value = true;
        trouble.value = await onText(text.value.trim());
        busy.value = false;
      }}
    >
      <Field
        label={m.text}
        hint={m.textHint(MAX_TEXT - text.value.length)}
        value={text.value}
        onText={(typed) => {
          text.value = typed;
        }}
        input={{ name: "text", maxLength: MAX_TEXT }}
      />
      <Trouble text={trouble.value} />
      <button type="submit" class="button primary" disabled={!text.value.trim() || busy.value}>
        {busy.value ? m.sending : label}
      </button>
    </form>
  );
}
