/** How much at most, and paid how: said before the tap. */
import { type Signal, useSignal } from "@preact/signals";
import { language } from "../../i18n";
import { w } from "../../i18n/mine";
import { capOf, yuanOfFen } from "../../kernel/order";
import { Toggle } from "../../parts/Toggle";
import { payChannels } from "../../state/about";
import { quote } from "../../state/charge";
import { channel } from "../../state/settings";

const CAPS_FEN = [3_000, 5_000, 10_000, 20_000];

export function CapPicker({ cap, offered }: { cap: Signal<number | null>; offered: number }) {
  const m = w().charge;
  const typed = useSignal("");
  const other = useSignal(false);
  const now = cap.value ?? offered;
  const known = quote.value?.totalFen ?? null;
  const choices = [...new Set([offered, ...CAPS_FEN.filter((fen) => fen > offered)])].slice(0, 4);
  const wrong = other.value && typed.value !== "" && capOf(typed.value) === null;
  return (
    <section class="block">
      <h2>{m.cap}</h2>
      <div class="wrap">
        {choices.map((fen) => (
          <Toggle
            key={fen}
            on={!other.value && now === fen}
            onToggle={() => {
              other.value = false;
              cap.value = fen === offered ? null : fen;
            }}
          >
            ¥{yuanOfFen(fen).replace(".00", "")}
          </Toggle>
        ))}
      </div>
      <label class="inline-field">
        {m.capOther}
        <input
          inputMode="decimal"
          value={typed.value}
          aria-invalid={wrong}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            const fen = capOf(typed.value);
            other.value = typed.value !== "";
            cap.value = fen;
          }}
        />
      </label>
      {wrong && <p class="alert">{m.capWrong}</p>}
      {!wrong && known !== null && now < known && <p class="alert">{m.capLow}</p>}
      <p class="quiet">{m.capWhy}</p>
    </section>
  );
}

/** The channel that will be used: the last one chosen, else the first. */
export const chosenChannel = () =>
  payChannels.value.find((c) => c.name === channel.value) ?? payChannels.value[0] ?? null;

export function ChannelPicker() {
  const m = w().charge;
  const chosen = chosenChannel();
  return (
    <fieldset class="block">
      <legend>{m.channel}</legend>
      {payChannels.value.map((c) => (
        <label key={c.name} class="choice">
          <input
            type="radio"
            name="channel"
            checked={c.name === chosen?.name}
            onChange={() => {
              channel.value = c.name;
            }}
          />
          <span>{language.value === "en" ? c.titleEn : c.title}</span>
          {c.practice && <small class="quiet">{m.practiceChannel}</small>}
        </label>
      ))}
    </fieldset>
  );
}
