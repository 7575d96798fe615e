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
import { words } from "../../state/me";
import { loadOrder, type Order } from "../../state/orders";
import { askMine } from "../../state/session";
import { InvoiceForm } from "../pay/InvoiceForm";

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
          <InvoiceForm
            about={found.number}
            onSend={(buyer) => changed(found.number, RequestInvoiceDocument, { orders: [found.number], ...buyer })}
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
