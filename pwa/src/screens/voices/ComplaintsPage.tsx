/** One's complaints: how each stands, by when it is answered, what was said, and the appeal. */
import "../../styles/voices.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { vw } from "../../i18n/voices";
import { Frame, NotYet, Trouble } from "../../parts/Frame";
import { TextArea } from "../../parts/TextArea";
import { momentText } from "../../parts/when";
import {
  appeal,
  type Complaint,
  complaints,
  complaintsTrouble,
  loadComplaints,
  olderAfter,
} from "../../state/complaints";
import { newKey } from "../../state/intents";
import { hasAccount } from "../../state/settings";
import { SignIn } from "../account/SignIn";

const MAX_TEXT = 1_000;

export function ComplaintsPage() {
  const known = hasAccount.value;
  useEffect(() => {
    if (known) void loadComplaints();
  }, [known]);
  return <Frame title={vw().complaints}>{known ? <Listed /> : <SignIn />}</Frame>;
}

function Listed() {
  const m = vw();
  const found = complaints.value;
  if (found === null) return <NotYet trouble={complaintsTrouble.value} again={loadComplaints} />;
  return (
    <>
      <Trouble text={complaintsTrouble.value} />
      {found.length === 0 && (
        <div class="empty">
          <p class="empty-title">{m.none}</p>
          <p>{m.noneHint}</p>
        </div>
      )}
      {found.map((each) => (
        <One key={each.id} made={each} />
      ))}
      {olderAfter.value && (
        <button type="button" class="button wide-button" onClick={() => void loadComplaints(olderAfter.value)}>
          {m.older}
        </button>
      )}
    </>
  );
}

function One({ made }: { made: Complaint }) {
  const m = vw();
  const waits = made.state === "OPEN";
  return (
    <section class="block complaint">
      <h2>{m.state[made.state]}</h2>
      <p class="quiet">
        {m.kind[made.kind]} · {made.stationName ?? made.operator}
        {made.order && ` · ${m.orderNo(made.order.slice(-8))}`}
      </p>
      {waits && <p>{m.answerBy(momentText(made.answerBy))}</p>}
      <ol class="complaint-steps" role="list">
        <Step when={m.madeAt(momentText(made.madeAt))} text={made.text} />
        {made.escalatedAt && <Step when={m.escalatedAt(momentText(made.escalatedAt))} text={null} />}
        {made.answeredAt && (
          <Step
            when={(made.bySupervisor ? m.supervisorSaid : m.operatorSaid)(momentText(made.answeredAt))}
            text={made.answer}
          />
        )}
        {made.appealedAt && <Step when={m.appealedAt(momentText(made.appealedAt))} text={made.appeal} />}
        {made.decision && made.endedAt && <Step when={m.decidedAt(momentText(made.endedAt))} text={made.decision} />}
      </ol>
      {made.appealBy && <AppealForm id={made.id} by={made.appealBy} />}
    </section>
  );
}

function Step({ when, text }: { when: string; text: string | null }) {
  return (
    <li>
      <p class="quiet">{when}</p>
      {text && <p class="said-line">{text}</p>}
    </li>
  );
}

function AppealForm({ id, by }: { id: string; by: string }) {
  const m = vw();
  const open = useSignal(false);
  const text = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const key = useSignal(newKey());
  return (
    <>
      <p class="quiet">{m.appealWhy(momentText(by))}</p>
      {open.value ? (
        <form
          class="form inset"
          onSubmit={async (event) => {
            event.preventDefault();
            if (!text.value.trim() || busy.value) return;
            busy.value = true;
            trouble.value = await appeal(id, text.value.trim(), key.value);
            busy.value = false;
          }}
        >
          <TextArea
            label={m.text}
            hint={m.textHint(MAX_TEXT - text.value.length)}
            value={text.value}
            most={MAX_TEXT}
            onText={(typed) => {
              text.value = typed;
              key.value = newKey();
            }}
          />
          <Trouble text={trouble.value} />
          <button type="submit" class="button primary" disabled={!text.value.trim() || busy.value}>
            {busy.value ? m.sending : m.appeal}
          </button>
        </form>
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => {
            open.value = true;
          }}
        >
          {m.appeal}
        </button>
      )}
    </>
  );
}
