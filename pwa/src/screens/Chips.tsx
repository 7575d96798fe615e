/** The filters that most drivers want, one tap away; the rest are in a sheet. */
import { t } from "../i18n";
import { Icon } from "../parts/Icon";
import { Toggle } from "../parts/Toggle";
import { filters, setFilters } from "../state/route";
import { countFilters } from "../state/url";
import { panel } from "./panels";

export function Chips() {
  const m = t();
  const f = filters.value;
  const set = countFilters(f);
  return (
    <fieldset class="chips">
      <legend class="sr">{m.filters}</legend>
      <button
        type="button"
        class={`chip more${set ? " has" : ""}`}
        aria-haspopup="dialog"
        onClick={() => {
          panel.value = "filters";
        }}
      >
        <Icon name="filter" />
        {m.filters}
        {set > 0 && <span class="count">{set}</span>}
      </button>
      <Toggle on={f.freeNow} onToggle={() => setFilters({ freeNow: !f.freeNow })}>
        {m.filterFree}
      </Toggle>
      {[60, 120].map((kw) => (
        <Toggle
          key={kw}
          on={f.minPowerKw === kw}
          onToggle={() => setFilters({ minPowerKw: f.minPowerKw === kw ? null : kw })}
        >
          {m.filterPower(kw)}
        </Toggle>
      ))}
      <Toggle on={f.freeParking} onToggle={() => setFilters({ freeParking: !f.freeParking })}>
        {m.filterParking}
      </Toggle>
      <Toggle
        on={f.connectorTypes.includes("GBT_DC")}
        onToggle={() =>
          setFilters({
            connectorTypes: f.connectorTypes.includes("GBT_DC")
              ? f.connectorTypes.filter((type) => type !== "GBT_DC")
              : [...f.connectorTypes, "GBT_DC"],
          })
        }
      >
        {m.connectors.GBT_DC}
      </Toggle>
      <Toggle on={f.openNow} onToggle={() => setFilters({ openNow: !f.openNow })}>
        {m.filterOpen}
      </Toggle>
    </fieldset>
  );
}
