/** Says that a bay is blocked, or clear again: which one, what stands there, and off it goes. */
import "../../styles/page.css";
import "../../styles/report.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { rw } from "../../i18n/reports";
import { checkPlate, plainPlate } from "../../kernel/checks";
import { frameHeader, type PlateFrame } from "../../kernel/report";
import { Trouble } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { Sheet } from "../../parts/Sheet";
import { Toggle } from "../../parts/Toggle";
import { newKey } from "../../state/intents";
import { fix } from "../../state/place";
import { dropReport, keepReport, type Report } from "../../state/reportBox";
import { sendReport } from "../../state/reportSend";
import { hasAccount } from "../../state/settings";
import type { Detail } from "../../state/stations";
import { SignIn } from "../account/SignIn";
import { Evidence } from "./Evidence";

const KINDS = ["FUEL_CAR", "PARKED_NOT_CHARGING"] as const;

type Stage =
  | { name: "form" }
  | { name: "locating" | "sending" }
  | { name: "signIn"; key: string }
  | { name: "sent"; reason: string | null; photoTrouble: string | null }
  | { name: "kept"; text: string | null };

interface Props {
  found: Detail;
  says: "BLOCKED" | "CLEAR";
  evse: string | null;
  onClose: () => void;
}

export function ReportSheet({ found, says, evse: asked, onClose }: Props) {
  const m = rw();
  const evse = useSignal(asked ?? (found.evses.length === 1 ? found.evses[0]?.id : null) ?? null);
  const kind = useSignal<(typeof KINDS)[number]>("FUEL_CAR");
  const draft = {
    photo: useSignal<Blob | null>(null),
    frame: useSignal<PlateFrame | null>(null),
    plate: useSignal(""),
    photoName: useSignal<string | null>(null),
  };
  const stage = useSignal<Stage>({ name: "form" });
  const trouble = useSignal<string | null>(null);
  const open = useRef(true);
  useEffect(
    () => () => {
      open.current = false;
    },
    [],
  );
  const clear = says === "CLEAR";
  const label = (id: string) => {
    const i = found.evses.findIndex((e) => e.id === id);
    return found.evses[i]?.label ?? String(i + 1);
  };
  const plateCheck = checkPlate(draft.plate.value);
  const plateGood = plateCheck === "empty" || plateCheck === "ordinary" || plateCheck === "new-energy";
  const busy = stage.value.name === "locating" || stage.value.name === "sending";

  const back = (text: string) => {
    trouble.value = text;
    stage.value = { name: "form" };
  };
  const say = async () => {
    const id = evse.value;
    if (!id || busy) return;
    const anew = trouble.value !== null;
    trouble.value = null;
    const at = Date.now();
    stage.value = { name: "locating" };
    const place = await fix({ anew });
    if (!open.current) return; // closed while it looked for the place: nothing was said
    if (typeof place === "string") return back(place === "denied" ? m.denied : m.noPlace);
    const key = newKey();
    const report: Report = {
      key,
      at,
      seenAt: null,
      evse: id,
      bay: label(id),
      station: found.id,
      stationName: found.name,
      kind: clear ? "CLEAR" : kind.value,
      ...place,
      plate: clear ? null : plainPlate(draft.plate.value) || null,
      photo: clear ? null : draft.photo.value,
      frame: draft.frame.value && frameHeader(draft.frame.value),
      photoName: draft.photoName.value,
      photoTrouble: null,
      held: !hasAccount.value,
      failed: null,
    };
    await keepReport(report);
    if (report.held) stage.value = { name: "signIn", key };
    else await send(key);
  };
  const send = async (key: string) => {
    stage.value = { name: "sending" };
    const sent = navigator.onLine ? await sendReport(key) : ({ kind: "waits", text: null } as const);
    if (sent.kind === "signIn") stage.value = { name: "signIn", key };
    else if (sent.kind === "waits") stage.value = { name: "kept", text: sent.text };
    else if (sent.kind === "sent")
      stage.value = { name: "sent", reason: sent.report?.reason ?? null, photoTrouble: sent.photoTrouble };
    else if (open.current) {
      await dropReport(key); // what is filled in is still here, to be sent anew
      draft.photoName.value = sent.photoName;
      back(sent.text);
    }
  };

  const now = stage.value;
  const title = clear ? m.clearTitle : m.reportTitle;
  if (now.name === "signIn")
    return (
      <Sheet title={t().my} onClose={onClose}>
        <p class="note" role="status">
          {m.signIn}
        </p>
        <SignIn onDone={() => void send(now.key)} />
      </Sheet>
    );
  if (now.name === "sent" || now.name === "kept")
    return (
      <Sheet title={title} onClose={onClose}>
        <div class="empty told" role="status" data-testid="told">
          <Icon name={now.name === "sent" ? "check" : "cloudOff"} />
          <p class="empty-title">{now.name === "sent" ? `${m.sent} · ${m.thanks}` : m.keptOffline}</p>
          {now.name === "sent" ? (
            <>
              {now.reason && <p>{now.reason}</p>}
              {now.photoTrouble && <p class="alert">{m.withoutPhoto(now.photoTrouble)}</p>}
            </>
          ) : (
            <>
              <p>{m.keptWhy}</p>
              {now.text && <p class="quiet">{now.text}</p>}
            </>
          )}
          <button type="button" class="button primary" onClick={onClose}>
            {t().close}
          </button>
        </div>
      </Sheet>
    );
  return (
    <Sheet
      title={title}
      onClose={onClose}
      tall={!clear}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            {m.cancel}
          </button>
          <button
            type="button"
            class="button primary"
            disabled={busy || evse.value === null || !plateGood}
            onClick={() => void say()}
          >
            {now.name === "locating" ? m.locating : now.name === "sending" ? m.sending : m.send}
          </button>
        </>
      }
    >
      <Trouble text={trouble.value} />
      {clear ? (
        <p class="group-title">{m.bay(evse.value ? label(evse.value) : "")}</p>
      ) : (
        <>
          <fieldset class="group">
            <legend>{m.whichBay}</legend>
            <div class="wrap">
              {found.evses.map((bay) => (
                <Toggle
                  key={bay.id}
                  on={evse.value === bay.id}
                  label={`${m.bay(label(bay.id))} ${t().status[bay.live.status][1]}`}
                  onToggle={() => {
                    evse.value = bay.id;
                  }}
                >
                  {label(bay.id)}
                </Toggle>
              ))}
            </div>
          </fieldset>
          <fieldset class="group">
            <legend>{m.what}</legend>
            <div class="wrap">
              {KINDS.map((k) => (
                <Toggle
                  key={k}
                  on={kind.value === k}
                  onToggle={() => {
                    kind.value = k;
                  }}
                >
                  {m.kind[k]}
                </Toggle>
              ))}
            </div>
          </fieldset>
          <Evidence draft={draft} />
        </>
      )}
      <p class="hint">{clear ? m.clearWhy : m.why}</p>
    </Sheet>
  );
}
