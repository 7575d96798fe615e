/** A phone number, then the code that it was sent. The step is kept: a cheap phone drops the page while one reads
 *  the message. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../../api/client";
import { RequestCodeDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { checkPhone, phoneDigits } from "../../kernel/checks";
import { Field } from "../../parts/Field";
import { Trouble } from "../../parts/Frame";
import { words } from "../../state/me";
import { drop, put, take } from "../../state/purse";

interface Sent {
  challenge: string;
  phone: string; // its middle left out
  until: number;
  againAt: number;
}

interface Props {
  /** Under which the step is kept: signing in and erasing must not take each other's code. */
  purpose: "sign-in" | "erase";
  /** Says what was wrong, in words, or null. */
  onCode: (challenge: string, code: string) => Promise<string | null>;
  submit: string;
  danger?: boolean;
}

const CODE = 6;
const masked = (digits: string) => `${digits.slice(0, 3)}****${digits.slice(-4)}`;

export function PhoneCode({ purpose, onCode, submit, danger = false }: Props) {
  const m = w().signIn;
  const sent = useSignal<Sent | null>(null);
  const phone = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    void take<Sent>(purpose).then((kept) => {
      if (kept && kept.until > Date.now() && !sent.value) sent.value = kept;
    });
  }, []);
  const digits = phoneDigits(phone.value);
  const check = checkPhone(phone.value);
  const send = async () => {
    busy.value = true;
    trouble.value = null;
    try {
      const { requestCode } = await ask(RequestCodeDocument, { phone: digits });
      const at = Date.now();
      sent.value = {
        challenge: requestCode.challenge,
        phone: masked(digits),
        until: at + requestCode.expiresInS * 1000,
        againAt: at + requestCode.againInS * 1000,
      };
      await put(purpose, sent.value).catch(() => {});
    } catch (error) {
      trouble.value = words(error);
    } finally {
      busy.value = false;
    }
  };
  const restart = () => {
    sent.value = null;
    trouble.value = null;
    void drop(purpose);
  };
  if (sent.value)
    return (
      <CodeStep
        sent={sent.value}
        onCode={async (challenge, code) => {
          const wrong = await onCode(challenge, code);
          if (wrong === null) void drop(purpose);
          return wrong;
        }}
        onRestart={restart}
        submit={submit}
        danger={danger}
      />
    );
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (check === "ok" && !busy.value) void send();
      }}
    >
      <Field
        label={m.phone}
        value={phone.value}
        onText={(text) => {
          phone.value = text;
        }}
        tone={check === "ok" ? "good" : check === "wrong" ? "bad" : undefined}
        hint={check === "wrong" ? m.phoneWrong : check === "short" ? m.phoneShort(11 - digits.length) : m.phoneHint}
        input={{ type: "tel", inputMode: "tel", autocomplete: "tel-national", maxLength: 20, name: "phone" }}
      />
      <Trouble text={trouble.value} />
      <button type="submit" class="button primary wide-button" disabled={check !== "ok" || busy.value}>
        {busy.value ? m.sending : m.sendCode}
      </button>
    </form>
  );
}

interface StepProps {
  sent: Sent;
  onCode: Props["onCode"];
  onRestart: () => void;
  submit: string;
  danger: boolean;
}

function CodeStep({ sent, onCode, onRestart, submit, danger }: StepProps) {
  const m = w().signIn;
  const code = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const wait = useSignal(secondsUntil(sent.againAt));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector("input")?.focus();
    const timer = setInterval(() => {
      wait.value = secondsUntil(sent.againAt);
    }, 1_000);
    return () => clearInterval(timer);
  }, [sent]);
  const send = async () => {
    if (busy.value || code.value.length !== CODE) return;
    busy.value = true;
    trouble.value = await onCode(sent.challenge, code.value);
    busy.value = false;
    if (trouble.value !== null) code.value = "";
  };
  return (
    <form
      class="form"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p role="status">{m.sentTo(sent.phone)}</p>
      <Field
        label={m.code}
        value={code.value}
        onText={(text) => {
          code.value = text.normalize("NFKC").replace(/\D/g, "").slice(0, CODE);
          // Erasing waits for its button.
          if (!danger) void send();
        }}
        hint={m.codeHint}
        input={{
          inputMode: "numeric",
          autocomplete: "one-time-code",
          pattern: "[0-9]*",
          class: "code",
          name: "code",
          readOnly: busy.value,
        }}
      />
      <Trouble text={trouble.value} />
      <button
        type="submit"
        class={`button wide-button ${danger ? "danger" : "primary"}`}
        disabled={code.value.length !== CODE || busy.value}
      >
        {busy.value ? m.checking : submit}
      </button>
      <div class="wrap spread">
        <button type="button" class="text-button" onClick={onRestart} disabled={wait.value > 0}>
          {wait.value > 0 ? m.againIn(wait.value) : m.again}
        </button>
        <button type="button" class="text-button" onClick={onRestart}>
          {m.otherPhone}
        </button>
      </div>
    </form>
  );
}

const secondsUntil = (at: number) => Math.max(0, Math.ceil((at - Date.now()) / 1000));
