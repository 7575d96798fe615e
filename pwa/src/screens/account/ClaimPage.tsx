/** A vehicle of one's own that another account has bound: it is claimed by its VIN, and a person looks at the licence. */
import "../../styles/account.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { w } from "../../i18n/mine";
import { checkVin, plainVin } from "../../kernel/checks";
import { alreadyAdded, claimState, claimsOf, type PlugCase } from "../../kernel/claims";
import { Field } from "../../parts/Field";
import { Frame, NotYet, Trouble } from "../../parts/Frame";
import { dateText } from "../../parts/when";
import { claim, claiming, loadTails, tails } from "../../state/claims";
import { loadMe, type Me, me, meTrouble } from "../../state/me";
import { openPage } from "../../state/route";
import { hasAccount } from "../../state/settings";
import { SignIn } from "./SignIn";

export function ClaimPage() {
  const m = w().claim;
  const known = hasAccount.value;
  useEffect(() => {
    if (!known) return;
    void loadMe();
    void loadTails();
  }, [known]);
  const mine = me.value;
  return (
    <Frame title={m.title}>
      {!known ? (
        <SignIn />
      ) : mine ? (
        <>
          <Ask />
          <Claims mine={mine} />
        </>
      ) : (
        <NotYet trouble={meTrouble.value} again={loadMe} />
      )}
    </Frame>
  );
}

function Ask() {
  const words = w();
  const m = words.claim;
  const v = words.vehicles;
  const vin = useSignal(claiming.value);
  const busy = useSignal(false);
  const sent = useSignal(false);
  const trouble = useSignal<ApiError | null>(null);
  const check = checkVin(vin.value);
  const n = plainVin(vin.value).length;
  const hint = {
    empty: m.vinHint,
    short: v.vinShort(n),
    long: v.vinLong(n),
    letters: v.vinLetters,
    digit: v.vinDigit,
    reversed: v.vinReversed,
    ok: v.vinOk,
  }[check];
  const send = async () => {
    busy.value = true;
    trouble.value = await claim(plainVin(vin.value));
    busy.value = false;
    if (trouble.value) return;
    sent.value = true;
    vin.value = "";
    claiming.value = "";
  };
  return (
    <section class="block">
      <p>{m.why}</p>
      <ol class="plain-list steps-list">
        {m.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (check === "ok" && !busy.value) void send();
        }}
      >
        <Field
          label={m.vin}
          value={vin.value}
          onText={(text) => {
            vin.value = text;
            sent.value = false;
          }}
          hint={hint}
          tone={check === "ok" ? "good" : check === "empty" || check === "short" ? undefined : "bad"}
          input={{ name: "vin", maxLength: 34, autocapitalize: "characters", spellcheck: false, class: "vin" }}
        />
        <Trouble text={trouble.value?.message ?? null} />
        {trouble.value?.code === "VIN_FREE" && (
          <button type="button" class="button" onClick={() => openPage({ name: "my" })}>
            {m.toVehicles}
          </button>
        )}
        <button type="submit" class="button primary wide-button" disabled={check !== "ok" || busy.value}>
          {busy.value ? m.sending : m.send}
        </button>
      </form>
      <p role="status">{sent.value ? m.sent : ""}</p>
    </section>
  );
}

function Claims({ mine }: { mine: Me }) {
  const m = w().claim;
  const claims = claimsOf(mine.plugCases ?? []);
  if (claims.length === 0) return null;
  return (
    <section class="block">
      <h2>{m.mineTitle}</h2>
      <ul class="rows" role="list">
        {claims.map((each) => (
          <Row key={each.id} each={each} vehicles={mine.vehicles} />
        ))}
      </ul>
    </section>
  );
}

function Row({ each, vehicles }: { each: PlugCase; vehicles: Me["vehicles"] }) {
  const m = w().claim;
  const state = claimState(each);
  const tail = tails.value[each.id];
  const added = alreadyAdded(tail, vehicles);
  return (
    <li class="row-item">
      <div>
        <strong>{m.state[state]}</strong>
        <p class="quiet">
          {tail && `${m.tail(tail)} · `}
          {m.asked(dateText(each.openedAt))}
        </p>
        <p class="quiet">{state === "yours" && added ? m.added : m.stateWhy[state]}</p>
      </div>
      {state === "yours" && !added && (
        <button type="button" class="button" onClick={() => openPage({ name: "my" })}>
          {m.toVehicles}
        </button>
      )}
    </li>
  );
}
