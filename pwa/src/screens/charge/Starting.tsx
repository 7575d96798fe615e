/** How far a start has come; nothing is said to charge before a reading says so. */
import { useSignal } from "@preact/signals";
import { language } from "../../i18n";
import { w } from "../../i18n/mine";
import { startStep } from "../../kernel/order";
import { Trouble } from "../../parts/Frame";
import { Sure } from "../../parts/Sure";
import { payChannels } from "../../state/about";
import { type Order, stopCharging } from "../../state/orders";
import { ToConfirm } from "./ToConfirm";

export function Starting({ found }: { found: Order }) {
  const m = w().order;
  const step = startStep(found);
  const trouble = useSignal<string | null>(null);
  if (step === 2) return null;
  const channel = payChannels.value.find((c) => c.name === found.channel);
  const title = channel ? (language.value === "en" ? channel.titleEn : channel.title) : found.channel;
  return (
    <section class="block">
      <ol class="steps">
        {m.steps.map((name, i) => (
          <li
            key={name}
            class={i < step ? "done" : i === step ? "now" : ""}
            aria-current={i === step ? "step" : undefined}
          >
            {name}
          </li>
        ))}
      </ol>
      <p role="status">
        <strong>{step === 1 ? m.answered : m.stage[found.stage]}</strong>
      </p>
      <p class="quiet">{m.stageWhy[found.stage]}</p>
      {found.stage === "CONFIRM" && <p class="note">{channel?.practice ? m.confirmPractice : m.confirmIn(title)}</p>}
      <ToConfirm found={found} />
      <Trouble text={trouble.value} />
      {found.stage !== "CHARGING" && (
        <Sure
          label={m.giveUp}
          why={m.stageWhy.NOT_STARTED}
          yes={m.giveUpYes}
          no={m.keepWaiting}
          onSure={async () => {
            trouble.value = await stopCharging(found.number);
          }}
        />
      )}
    </section>
  );
}
