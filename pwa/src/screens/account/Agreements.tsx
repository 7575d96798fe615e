/** Agreements under which a session is paid without asking each time. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { AddAgreementDocument, EndAgreementDocument } from "../../api/generated/mine/graphql";
import { language } from "../../i18n";
import { w } from "../../i18n/mine";
import { yuanOfFen } from "../../kernel/order";
import { Trouble } from "../../parts/Frame";
import { lazy } from "../../parts/lazy";
import { Sure } from "../../parts/Sure";
import { Toggle } from "../../parts/Toggle";
import { dateText } from "../../parts/when";
import { type PayChannel, payChannels } from "../../state/about";
import { begin, loadWaiting, waiting } from "../../state/flows";
import { changeMe, type Me } from "../../state/me";

const Signing = lazy(async () => (await import("../pay/Signing")).Signing);

const CAPS_FEN = [5_000, 10_000, 20_000];
const titleOf = (c: PayChannel) => (language.value === "en" ? c.titleEn : c.title);

export function Agreements({ agreements }: { agreements: Me["agreements"] }) {
  const m = w().agreements;
  const cap = useSignal(10_000);
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  useEffect(() => void loadWaiting(), []);
  const held = new Set(agreements.filter((a) => a.endedAt === null).map((a) => a.channel));
  const open = payChannels.value.filter((c) => !held.has(c.name));
  const named = (name: string) => {
    const known = payChannels.value.find((c) => c.name === name);
    return known ? titleOf(known) : name;
  };
  const add = async (c: PayChannel) => {
    busy.value = true;
    // A real channel has to say who pays: one signs in there and comes back.
    trouble.value = c.practice
      ? await changeMe(AddAgreementDocument, { ask: { channel: c.name, capFen: cap.value, standing: true } })
      : await begin({ kind: "agreement", provider: c.name, capFen: cap.value });
    busy.value = false;
  };
  return (
    <section class="block">
      <h2>{m.title}</h2>
      <p class="quiet">{m.why}</p>
      <ul class="rows" role="list">
        {agreements.map((a) => (
          <li key={a.id} class="row-item">
            <div>
              <strong>{named(a.channel)}</strong>
              <span class="tag">{a.standing ? m.standing : m.asked}</span>
              <p class="quiet">
                {m.each(yuanOfFen(a.capFen))} ·{" "}
                {a.endedAt ? m.ended(dateText(a.endedAt)) : m.since(dateText(a.createdAt))}
              </p>
            </div>
            {a.endedAt === null && (
              <Sure
                label={m.end}
                why={m.endWhy}
                yes={m.end}
                onSure={async () => {
                  trouble.value = await changeMe(EndAgreementDocument, { id: a.id });
                }}
              />
            )}
          </li>
        ))}
      </ul>
      {waiting.value && (
        <Signing
          wanted={waiting.value}
          title={named(waiting.value.provider)}
          signed={held.has(waiting.value.provider)}
        />
      )}
      {open.length > 0 && !waiting.value && (
        <>
          <fieldset class="wrap">
            <legend class="quiet">{m.cap}</legend>
            {CAPS_FEN.map((fen) => (
              <Toggle
                key={fen}
                on={cap.value === fen}
                onToggle={() => {
                  cap.value = fen;
                }}
              >
                ¥{fen / 100}
              </Toggle>
            ))}
          </fieldset>
          {open.map((c) => (
            <button
              key={c.name}
              type="button"
              class="button wide-button"
              disabled={busy.value}
              onClick={() => void add(c)}
            >
              {m.add(titleOf(c))}
            </button>
          ))}
        </>
      )}
      <Trouble text={trouble.value} />
    </section>
  );
}
