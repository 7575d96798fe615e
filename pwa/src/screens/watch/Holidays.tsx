/** That a holiday will make bays scarce in this station's county, where earlier ones did. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/client";
import { HolidaysDocument, type HolidaysQuery } from "../../api/generated/watch/graphql";
import { wt } from "../../i18n/watch";
import { warningsOf } from "../../kernel/holidays";
import { Icon } from "../../parts/Icon";

const known = signal<{ station: string; told: HolidaysQuery } | null>(null);

export function Holidays({ station }: { station: string }) {
  const m = wt();
  useEffect(() => {
    if (known.value?.station === station) return;
    const gone = new AbortController();
    ask(HolidaysDocument, { station }, gone.signal).then(
      (told) => {
        known.value = { station, told };
      },
      () => {}, // a hint: without it the page says what it knows
    );
    return () => gone.abort();
  }, [station]);
  const told = known.value?.station === station ? known.value.told : null;
  const shown = told ? warningsOf(told.holidayWarnings, told.station?.areaCode ?? null) : [];
  if (shown.length === 0) return null;
  return (
    <div class="notes holidays">
      {shown.map((each) => (
        <p key={each.first} class="note">
          <Icon name="warning" />
          <span>{(each.full ? m.holiday : m.holidayBusy)(each.holiday, each.days, each.percent)}</span>
        </p>
      ))}
    </div>
  );
}
