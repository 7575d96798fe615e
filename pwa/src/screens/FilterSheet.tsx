/** Every filter; each tap is at once in the address and in the list behind. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { named, t } from "../i18n";
import { Sheet } from "../parts/Sheet";
import { Toggle } from "../parts/Toggle";
import { loadOperators, operators } from "../state/about";
import { loading, nearby } from "../state/nearby";
import { clearFilters, filters, setFilters } from "../state/route";
import { ATTRIBUTES, CONNECTOR_TYPES } from "../state/url";
import { closePanel } from "./panels";

const POWERS_KW = [null, 7, 30, 60, 120, 180, 250, 480];
const OFTEN = CONNECTOR_TYPES.slice(0, 8);

function toggled<T>(list: readonly T[], item: T): T[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <fieldset class="group">
      <legend>{title}</legend>
      <div class="wrap">{children}</div>
    </fieldset>
  );
}

export function FilterSheet() {
  const m = t();
  const f = filters.value;
  useEffect(() => void loadOperators(), []);
  const list = nearby.value;
  const count = list && !loading.value && !list.hasMore ? list.cards.length : null;
  return (
    <Sheet
      title={m.filters}
      onClose={closePanel}
      footer={
        <>
          <button type="button" class="button" onClick={clearFilters}>
            {m.clear}
          </button>
          <button type="button" class="button primary" onClick={closePanel}>
            {m.apply(count)}
          </button>
        </>
      }
    >
      <Group title={m.others}>
        <Toggle on={f.freeNow} onToggle={() => setFilters({ freeNow: !f.freeNow })}>
          {m.filterFree}
        </Toggle>
        <Toggle on={f.openNow} onToggle={() => setFilters({ openNow: !f.openNow })}>
          {m.filterOpen}
        </Toggle>
        <Toggle on={f.freeParking} onToggle={() => setFilters({ freeParking: !f.freeParking })}>
          {m.filterParking}
        </Toggle>
        <Toggle on={f.publicOnly} onToggle={() => setFilters({ publicOnly: !f.publicOnly })}>
          {m.filterPublic}
        </Toggle>
      </Group>
      <Group title={m.power}>
        {POWERS_KW.map((kw) => (
          <Toggle key={kw} on={f.minPowerKw === kw} onToggle={() => setFilters({ minPowerKw: kw })}>
            {kw === null ? m.anyPower : m.filterPower(kw)}
          </Toggle>
        ))}
      </Group>
      <Group title={m.connector}>
        {[...new Set([...OFTEN, ...f.connectorTypes])].map((type) => (
          <Toggle
            key={type}
            on={f.connectorTypes.includes(type)}
            onToggle={() => setFilters({ connectorTypes: toggled(f.connectorTypes, type) })}
          >
            {m.connectors[type]}
          </Toggle>
        ))}
      </Group>
      {operators.value.length > 0 && (
        <Group title={m.operator}>
          {operators.value.map((o) => (
            <Toggle
              key={o.id}
              on={f.operators.includes(o.id)}
              onToggle={() => setFilters({ operators: toggled(f.operators, o.id) })}
            >
              {named(o)}
            </Toggle>
          ))}
        </Group>
      )}
      <Group title={m.attribute}>
        {ATTRIBUTES.map((a) => (
          <Toggle
            key={a}
            on={f.attributes.includes(a)}
            onToggle={() => setFilters({ attributes: toggled(f.attributes, a) })}
          >
            {m.attributes[a]}
          </Toggle>
        ))}
      </Group>
    </Sheet>
  );
}
