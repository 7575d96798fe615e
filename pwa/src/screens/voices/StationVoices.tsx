/** What drivers say of a station, and one's own word with one tap. */
import "../../styles/page.css";
import "../../styles/voices.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/client";
import {
  RateStationDocument,
  StationVoicesDocument,
  type StationVoicesQuery,
  type VoiceCode,
} from "../../api/generated/voices/graphql";
import { vw } from "../../i18n/voices";
import { Trouble } from "../../parts/Frame";
import { TextArea } from "../../parts/TextArea";
import { Toggle } from "../../parts/Toggle";
import { newKey } from "../../state/intents";
import { words } from "../../state/me";
import { position } from "../../state/position";
import { hrefOf, openPage } from "../../state/route";
import { askMine } from "../../state/session";
import { hasAccount } from "../../state/settings";
import { Complain } from "./Complain";

const CODES: VoiceCode[] = ["CHARGED", "WOULD_NOT_START", "SLOW", "PRICE_DIFFERS", "NOT_FOUND", "NO_ENTRY"];
const MAX_NOTE = 200;
type Told = NonNullable<NonNullable<StationVoicesQuery["station"]>["experience"]>;

export function StationVoices({ id }: { id: string }) {
  const m = vw();
  const told = useSignal<Told | null | undefined>(undefined);
  useEffect(() => {
    const leaving = new AbortController();
    told.value = undefined;
    ask(StationVoicesDocument, { id }, leaving.signal)
      .then(({ station }) => {
        told.value = station?.experience ?? null;
      })
      .catch(() => {}); // the page says already that there is no network
    return () => leaving.abort();
  }, [id]);
  return (
    <section class="block voices">
      <h2>{m.title}</h2>
      {told.value ? <Shares told={told.value} /> : told.value === null && <p class="quiet">{m.few}</p>}
      <h3>{m.how}</h3>
      {hasAccount.value ? <HowWasIt key={id} id={id} /> : <SignInFirst />}
      {hasAccount.value && <Complain key={`c ${id}`} about={{ stationId: id }} />}
    </section>
  );
}

function Shares({ told }: { told: Told }) {
  const m = vw();
  return (
    <>
      <p class="quiet">
        {m.of(told.voices)}
        {told.stars !== null && ` · ${m.stars(told.stars.toFixed(1), told.starred)}`}
      </p>
      <dl class="shares-said">
        {told.shares.map(({ code, percent }) => (
          <div key={code} class={code}>
            <dt>{m.code[code]}</dt>
            <dd class="bar" aria-hidden="true">
              <span style={{ width: `${percent}%` }} />
            </dd>
            <dd>{m.percent(percent)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function SignInFirst() {
  const page = { name: "my" } as const;
  return (
    <a
      class="button"
      href={hrefOf({ page })}
      onClick={(event) => {
        event.preventDefault();
        openPage(page);
      }}
    >
      {vw().signIn}
    </a>
  );
}

function HowWasIt({ id }: { id: string }) {
  const m = vw();
  const said = useSignal<VoiceCode | null>(null);
  const why = useSignal("");
  const trouble = useSignal<string | null>(null);
  const busy = useSignal(false);
  const adding = useSignal(false);
  const send = async (code: VoiceCode, key: string, more: { stars?: number; note?: string } = {}) => {
    busy.value = true;
    const at = position.value; // where the driver is already shown on the map; it is not asked for
    const place = at ? { lat: at.lat, lon: at.lon } : {};
    try {
      const { rateStation } = await askMine(RateStationDocument, {
        input: { stationId: id, code, idempotencyKey: key, ...place, ...more },
      });
      said.value = rateStation.code;
      why.value = rateStation.why;
      trouble.value = null;
    } catch (error) {
      trouble.value = words(error);
    }
    busy.value = false;
    return trouble.value === null;
  };
  return (
    <>
      <div class="wrap" role="group" aria-label={m.how}>
        {CODES.map((code) => (
          <Toggle
            key={code}
            on={said.value === code}
            onToggle={() => {
              if (!busy.value && said.value !== code) void send(code, newKey());
            }}
          >
            {m.code[code]}
          </Toggle>
        ))}
      </div>
      <p role="status">{said.value && `${m.thanks(m.code[said.value])} · ${why.value}`}</p>
      <Trouble text={trouble.value} />
      {said.value &&
        (adding.value ? (
          <More
            busy={busy.value}
            onSend={async (more, key) => {
              if (said.value && (await send(said.value, key, more))) adding.value = false;
            }}
          />
        ) : (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              adding.value = true;
            }}
          >
            {m.more}
          </button>
        ))}
    </>
  );
}

interface MoreProps {
  busy: boolean;
  onSend: (more: { stars?: number; note?: string }, key: string) => Promise<void>;
}

function More({ busy, onSend }: MoreProps) {
  const m = vw();
  const stars = useSignal<number | null>(null);
  const note = useSignal("");
  const key = useSignal(newKey()); // one for these words: a second tap says nothing twice
  return (
    <form
      class="form inset"
      onSubmit={(event) => {
        event.preventDefault();
        const text = note.value.trim();
        if (!busy)
          void onSend({ ...(stars.value ? { stars: stars.value } : {}), ...(text ? { note: text } : {}) }, key.value);
      }}
    >
      <fieldset class="wrap">
        <legend>{m.starsLabel}</legend>
        {[1, 2, 3, 4, 5].map((n) => (
          <Toggle
            key={n}
            on={stars.value === n}
            onToggle={() => {
              stars.value = stars.value === n ? null : n;
              key.value = newKey();
            }}
          >
            {m.starN(n)}
          </Toggle>
        ))}
      </fieldset>
      <TextArea
        label={m.note}
        hint={m.noteHint(MAX_NOTE - note.value.length)}
        value={note.value}
        most={MAX_NOTE}
        rows={2}
        onText={(text) => {
          note.value = text;
          key.value = newKey();
        }}
      />
      <button type="submit" class="button primary" disabled={busy}>
        {busy ? m.sending : m.send}
      </button>
    </form>
  );
}
