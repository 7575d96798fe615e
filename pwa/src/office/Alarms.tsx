/** Alarms that wait for a person, and a person's word on one: what was done. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { AcknowledgedAlarmsDocument, type AlarmedFragment, type AlarmKind } from "../api/generated/supervision/graphql";
import { now } from "../state/clock";
import { here } from "../state/server";
import { Acknowledge } from "./Acknowledge";
import { ageWords, type Picture } from "./picture";
import { askOffice, me } from "./session";
import { picture } from "./watched";
import { Both, type Pair } from "./words";

export const ALARM_KINDS: Record<AlarmKind, Pair> = {
  OFFLINE_CLUSTER: { zh: "成片离线", en: "bays offline together" },
  TEMPERATURE: { zh: "温度过高", en: "temperature" },
  INSULATION: { zh: "绝缘或接地故障", en: "insulation or ground fault" },
  FIRE: { zh: "火情", en: "fire" },
};
const ACTING = new Set(["SUPERVISOR", "ADMINISTRATOR"]);
const SHOWN = 6;

export function Alarms({ told }: { told: Picture }) {
  const taking = useSignal<AlarmedFragment | null>(null);
  const said = useSignal("");
  const heading = useRef<HTMLHeadingElement>(null);
  const may = me.value?.roles.some((role) => ACTING.has(role)) ?? false;
  const ended = (done: AlarmedFragment | null) => {
    const was = taking.value;
    taking.value = null;
    if (done && picture.value) {
      picture.value = { ...picture.value, alarms: picture.value.alarms.filter((each) => each.id !== done.id) };
      said.value = "已确认 · acknowledged";
      heading.current?.focus(); // the pressed button is gone
    } else {
      document.getElementById(`alarm-${was?.id}`)?.focus();
    }
  };
  return (
    <section class="alarms">
      <h2 ref={heading} tabIndex={-1}>
        <Both zh={`告警（${told.alarms.length} 条待确认）`} en={`alarms, ${told.alarms.length} to acknowledge`} />
      </h2>
      <p role="status">{said.value}</p>
      {told.alarms.length === 0 ? (
        <p>
          ✓ <Both zh="没有待确认的告警" en="None waits." />
        </p>
      ) : (
        <ul role="list">
          {told.alarms.map((alarm) => (
            <li key={alarm.id} class={alarm.endedAt ? "over" : ""}>
              <Told alarm={alarm} told={told} />
              {may && (
                <button
                  id={`alarm-${alarm.id}`}
                  type="button"
                  class="button no-print"
                  onClick={() => {
                    taking.value = alarm;
                  }}
                >
                  <Both zh="确认" en="Acknowledge" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Earlier told={told} />
      {taking.value && <Acknowledge key={taking.value.id} alarm={taking.value} onEnd={ended} />}
    </section>
  );
}

function Told({ alarm, told }: { alarm: AlarmedFragment; told: Picture }) {
  const county = told.counties.find((each) => each.code === alarm.county)?.name ?? "县不详 elsewhere";
  const operator = told.operators.find((each) => each.id === alarm.operator)?.name ?? alarm.operator;
  return (
    <div>
      <p>
        <strong>
          ⚠ <Both {...ALARM_KINDS[alarm.kind]} />
        </strong>{" "}
        · {county} · {operator} · {alarm.bays} <Both zh="个充电位" en="bays" />
      </p>
      <p class="why">
        {ageWords((now.value - here(alarm.lastAt)) / 1000)} <Both zh="前" en="ago" />
        {alarm.code && ` · ${alarm.code}`}
        {alarm.text && ` · ${alarm.text}`}
        {alarm.endedAt && (
          <>
            {" "}
            · <Both zh="已恢复" en="over" />
          </>
        )}
      </p>
      <p class="why">
        {alarm.evses.slice(0, SHOWN).join("、")}
        {alarm.bays > SHOWN && " …"}
      </p>
      {alarm.done && (
        <p>
          <Both zh="措施" en="done" />：{alarm.done}
        </p>
      )}
    </div>
  );
}

/** What was acknowledged lately, asked for when it is opened and each time that one more was. */
function Earlier({ told }: { told: Picture }) {
  const open = useSignal(false);
  const found = useSignal<AlarmedFragment[] | null>(null);
  const wrong = useSignal("");
  useEffect(() => {
    if (!open.value) return;
    askOffice(AcknowledgedAlarmsDocument, {})
      .then(({ alarms }) => {
        found.value = alarms;
      })
      .catch((error: unknown) => {
        wrong.value = error instanceof Error ? error.message : String(error);
      });
  }, [open.value, told.alarms.length]);
  return (
    <details
      class="no-print"
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary>
        <Both zh="已确认的" en="Acknowledged" />
      </summary>
      <p class="wrong" role="alert">
        {wrong.value}
      </p>
      {found.value && found.value.length === 0 && <p>—</p>}
      <ul role="list">
        {found.value?.map((alarm) => (
          <li key={alarm.id} class="over">
            <Told alarm={alarm} told={told} />
          </li>
        ))}
      </ul>
    </details>
  );
}
