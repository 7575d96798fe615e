/** From a plug to a session: what it costs, how much at most, paid how, and one tap. */
import "../../styles/charge.css";
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { named, t } from "../../i18n";
import { w } from "../../i18n/mine";
import { offeredCap, yuanOfFen } from "../../kernel/order";
import { Frame, Trouble } from "../../parts/Frame";
import { PracticeNotice } from "../../parts/Notices";
import { Sheet } from "../../parts/Sheet";
import { Toggle } from "../../parts/Toggle";
import { powerText } from "../../parts/words";
import { payChannels } from "../../state/about";
import {
  askQuote,
  connectorId,
  evse,
  expired,
  followWant,
  gone,
  openPlug,
  quote,
  quoteTrouble,
  quoting,
  refused,
  station,
} from "../../state/charge";
import { type Intent, intents, loadIntents, newKey, type Outcome, resolve, send } from "../../state/intents";
import { go, openPage, route } from "../../state/route";
import { hasAccount } from "../../state/settings";
import type { Plug } from "../../state/url";
import { SignIn } from "../account/SignIn";
import { CapPicker, ChannelPicker, chosenChannel } from "./Agree";
import { QuoteView } from "./QuoteView";
import { WantPicker } from "./Want";

export function ChargePage() {
  const { page } = route.value;
  return page?.name === "charge" ? <Charge key={page.evse} at={page} /> : null;
}

function Charge({ at }: { at: Plug }) {
  const m = w().charge;
  useEffect(() => {
    void openPlug(at);
    void loadIntents();
    return followWant();
  }, []);
  const waiting = useComputed(() => intents.value.find((i) => i.evse === at.evse) ?? null).value;
  if (gone.value)
    return (
      <Frame title={m.title}>
        <p class="empty">{m.gone}</p>
      </Frame>
    );
  if (waiting)
    return (
      <Frame title={m.title}>
        <Unanswered intent={waiting} />
      </Frame>
    );
  return <Offer at={at} />;
}

function Offer({ at }: { at: Plug }) {
  const words = w();
  const m = words.charge;
  const cap = useSignal<number | null>(null);
  const busy = useSignal(false);
  const asking = useSignal(false);
  const found = quote.value;
  const offered = found ? offeredCap(found) : 5_000;
  const capFen = cap.value ?? offered;
  const startable = found?.startable && found.id !== null && payChannels.value.length > 0;
  const start = async () => {
    if (!found?.id || busy.value) return;
    if (!hasAccount.value) {
      asking.value = true;
      return;
    }
    refused.value = null;
    if (expired(found)) {
      await askQuote();
      refused.value = { code: "QUOTE_EXPIRED", text: m.expired };
      return;
    }
    busy.value = true;
    const intent: Intent = {
      key: newKey(),
      at: Date.now(),
      quotedAt: found.madeAt,
      evse: at.evse,
      station: at.station,
      quotedFen: found.totalFen,
      ask: {
        quoteId: found.id,
        channel: chosenChannel()?.name ?? "",
        capFen,
        idempotencyKey: "",
      },
    };
    intent.ask.idempotencyKey = intent.key;
    const outcome = await send(intent, m.offline);
    busy.value = false;
    await after(outcome, asking);
  };
  const bay = evse.value;
  return (
    <Frame
      title={m.title}
      foot={
        startable ? (
          <>
            <Refused />
            <button
              type="button"
              class="button primary wide-button start"
              disabled={busy.value || quoting.value}
              onClick={() => void start()}
            >
              {busy.value ? m.sending : hasAccount.value ? m.start(yuanOfFen(capFen)) : m.signInFirst}
            </button>
          </>
        ) : null
      }
    >
      <PracticeNotice practice={station.value?.practice ?? false} />
      <section class="where">
        <p class="where-name">{station.value ? named(station.value) : t().loading}</p>
        {bay && (
          <p class="quiet">
            {bay.label ?? bay.id.split("/").at(-1)} · {t().status[bay.live.status][1]}
          </p>
        )}
        {bay && !["AVAILABLE", "OCCUPIED", "UNKNOWN"].includes(bay.live.status) && <p class="note">{m.full}</p>}
        {bay && bay.connectors.length > 1 && (
          <fieldset class="wrap">
            <legend class="sr">{m.plug}</legend>
            {bay.connectors.map((c) => (
              <Toggle
                key={c.id}
                on={connectorId.value === c.id}
                onToggle={() => {
                  connectorId.value = c.id;
                }}
              >
                {t().connectors[c.type]} {c.powerKw === null ? t().powerUnknown : powerText(c.powerKw)}
              </Toggle>
            ))}
          </fieldset>
        )}
      </section>
      <WantPicker />
      <QuoteView />
      {found && !startable && (
        <p class="note" role="status">
          {payChannels.value.length === 0 ? m.noChannels : m.notStartable}
        </p>
      )}
      {quoteTrouble.value?.retryable && (
        <button type="button" class="button" onClick={() => void (station.value ? askQuote() : openPlug(at))}>
          {t().retry}
        </button>
      )}
      {startable && (
        <>
          <CapPicker cap={cap} offered={offered} />
          <ChannelPicker />
        </>
      )}
      {asking.value && (
        <Sheet
          title={words.signIn.title}
          onClose={() => {
            asking.value = false;
          }}
        >
          <SignIn
            onDone={() => {
              asking.value = false;
            }}
          />
        </Sheet>
      )}
    </Frame>
  );
}

function Refused() {
  const no = refused.value;
  return (
    <>
      <Trouble text={no?.text ?? null} />
      {no?.code === "ALREADY_CHARGING" && (
        <button type="button" class="button" onClick={() => openPage({ name: "orders" })}>
          {w().charge.toRunning}
        </button>
      )}
      {no?.code === "PAYER_NOT_PROVEN" && (
        <button type="button" class="button" onClick={() => openPage({ name: "my" })}>
          {w().agreements.title}
        </button>
      )}
    </>
  );
}

/** What follows an answer; a start that was not taken says why, and a changed price is shown before the next tap. */
async function after(outcome: Outcome, asking: Signal<boolean>): Promise<void> {
  const m = w().charge;
  if (outcome.kind === "started") {
    go({ page: { name: "order", number: outcome.order.number } }, { replace: true });
    return;
  }
  if (outcome.kind === "unknown") return;
  const code = outcome.kind === "refused" ? outcome.code : "OFFLINE";
  if (code === "SIGN_IN") asking.value = true;
  if (code === "PRICE_CHANGED" || code === "QUOTE_EXPIRED" || code === "QUOTE") await askQuote();
  const said: Record<string, string> = {
    PRICE_CHANGED: m.changed,
    QUOTE_EXPIRED: m.expired,
    QUOTE: m.expired,
    NEVER_SENT: m.neverSent,
  };
  refused.value = { code, text: said[code] ?? outcome.text };
}

const LOOK_MS = 4_000;

/** A start that was sent and not answered: looked into until it is known what became of it. */
function Unanswered({ intent }: { intent: Intent }) {
  const m = w().charge;
  const busy = useSignal(false);
  const asking = useSignal(false);
  const look = async () => {
    if (busy.value || document.visibilityState !== "visible") return;
    busy.value = true;
    const outcome = await resolve(intent, m.unanswered);
    busy.value = false;
    await after(outcome, asking);
  };
  useEffect(() => {
    void look();
    const timer = setInterval(() => {
      if (navigator.onLine) void look();
    }, LOOK_MS);
    const again = () => void look();
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      removeEventListener("online", again);
    };
  }, [intent.key]);
  return (
    <section class="block" role="status">
      <h2>{m.unanswered}</h2>
      <p>{m.unansweredWhy}</p>
      <button type="button" class="button" disabled={busy.value} onClick={() => void look()}>
        {busy.value ? t().loading : m.checkNow}
      </button>
      {asking.value && (
        <SignIn
          onDone={() => {
            asking.value = false;
            void look();
          }}
        />
      )}
    </section>
  );
}
