/** What it will cost, line by line; unknown is said, and is never 0. */
import { useSignal } from "@preact/signals";
import { w } from "../../i18n/mine";
import { yuanOfFen } from "../../kernel/order";
import { yuan } from "../../kernel/price";
import { timeText } from "../../parts/when";
import { carKw, type Quote, quote, quoteTrouble, quoting } from "../../state/charge";

export function QuoteView() {
  const m = w().charge;
  const found = quote.value;
  const trouble = quoteTrouble.value;
  return (
    <section class="block" aria-busy={quoting.value}>
      <h2>{m.estimate}</h2>
      {trouble?.code === "POWER_UNKNOWN" || carKw.value !== null ? <CarPower /> : null}
      {trouble && trouble.code !== "POWER_UNKNOWN" && (
        <p class="trouble" role="alert">
          {trouble.message}
        </p>
      )}
      {found ? <Filled found={found} /> : !trouble && <p class="quiet">{m.quoting}</p>}
    </section>
  );
}

function CarPower() {
  const m = w().charge;
  const text = useSignal(carKw.value === null ? "" : String(carKw.value));
  return (
    <label class="inline-field tall">
      {m.power}
      <input
        inputMode="decimal"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          const kw = Number(text.value);
          if (text.value.trim() && kw > 0 && kw <= 2_000) carKw.value = kw;
        }}
      />
      <small class="quiet">{m.powerHint}</small>
    </label>
  );
}

function Filled({ found }: { found: Quote }) {
  const m = w().charge;
  const known = (found.electricityFen ?? 0) + (found.serviceFen ?? 0) + (found.parkingFen ?? 0);
  const none = found.electricityFen === null && found.serviceFen === null;
  return (
    <>
      <p class={`quote-total${quoting.value ? " busy" : ""}`} role="status" aria-label={m.total}>
        {found.totalFen !== null ? (
          <>
            <span class="number">¥{yuanOfFen(found.totalFen)}</span> {m.estimated}
          </>
        ) : none ? (
          <span class="number unknown">{m.unknown}</span>
        ) : (
          <>
            <span class="number">¥{yuanOfFen(known)}</span> {m.knownOnly}
          </>
        )}
      </p>
      <p class="quiet">
        {m.kwh(found.kwh)} · {found.powerKw} kW · {m.until(timeText(found.endsAt))}
      </p>
      {found.cheapest?.savesFen && (
        <p class="note">{m.cheaper(timeText(found.cheapest.startsAt), yuanOfFen(found.cheapest.savesFen))}</p>
      )}
      <Parts found={found} />
      {found.parkingText && (
        <p class="quiet">
          {m.parking}：{found.parkingText}
        </p>
      )}
      <Lines found={found} />
      {found.totalFen === null && <p class="quiet">{m.unknownWhy}</p>}
      <p class="quiet">{m.holds(timeText(found.validUntil))}</p>
    </>
  );
}

function Parts({ found }: { found: Quote }) {
  const m = w().charge;
  const parking =
    found.parkingFen === 0 ? m.parkingFree : found.parkingFen === null ? m.unknown : `¥${yuanOfFen(found.parkingFen)}`;
  return (
    <dl class="parts">
      {[
        [m.electricity, money(found.electricityFen, m.unknown)],
        [m.service, money(found.serviceFen, m.unknown)],
        [m.parking, parking],
      ].map(([name, amount]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={amount === m.unknown ? "quiet" : ""}>{amount}</dd>
        </div>
      ))}
    </dl>
  );
}

export const money = (fen: number | null, unknown: string) => (fen === null ? unknown : `¥${yuanOfFen(fen)}`);

function Lines({ found }: { found: Quote }) {
  const m = w().charge;
  if (found.lines.length < 2) return null;
  const price = (line: Quote["lines"][number]) =>
    line.electricityE4 === null || line.serviceE4 === null ? m.unknown : yuan(line.electricityE4 + line.serviceE4);
  const sum = (line: Quote["lines"][number]) =>
    line.electricityFen === null || line.serviceFen === null
      ? m.unknown
      : yuanOfFen(line.electricityFen + line.serviceFen);
  return (
    <table class="money">
      <thead>
        <tr>
          <th scope="col">{m.period}</th>
          <th scope="col">{m.energy}</th>
          <th scope="col">元/度</th>
          <th scope="col">¥</th>
        </tr>
      </thead>
      <tbody>
        {found.lines.map((line) => (
          <tr key={line.startsAt}>
            <th scope="row">
              {timeText(line.startsAt)}–{timeText(line.endsAt)}
            </th>
            <td>{line.kwh}</td>
            <td>{price(line)}</td>
            <td>{sum(line)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
