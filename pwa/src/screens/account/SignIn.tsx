/** The question who one is, wherever something needs an answer to it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../../api/client";
import { SignInDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { deviceName } from "../../state/device";
import { begin, loadProviders, providers } from "../../state/flows";
import { words } from "../../state/me";
import { passkeysHere, signInByPasskey } from "../../state/passkeys";
import { ended, signedIn } from "../../state/session";
import { PhoneCode } from "./PhoneCode";

export function SignIn({ onDone }: { onDone?: () => void }) {
  const m = w();
  const trouble = useSignal<string | null>(null);
  const byCode = async (challenge: string, code: string) => {
    try {
      await signedIn((await ask(SignInDocument, { challenge, code, device: deviceName() })).signIn);
    } catch (error) {
      return words(error);
    }
    onDone?.();
    return null;
  };
  const byKey = async () => {
    try {
      const what = await signInByPasskey();
      trouble.value = what === "notHere" ? m.passkeys.notHere : null;
      if (what === null) onDone?.();
    } catch (error) {
      trouble.value = words(error);
    }
  };
  return (
    <section class="sign-in">
      <p class="hint">{m.signIn.why}</p>
      {ended.value && (
        <p class="note" role="status">
          {m.signIn.ended}
        </p>
      )}
      <PhoneCode purpose="sign-in" onCode={byCode} submit={m.signIn.title} />
      {passkeysHere() && (
        <>
          <button type="button" class="button wide-button" onClick={() => void byKey()}>
            {m.signIn.byPasskey}
          </button>
          <Trouble text={trouble.value} />
        </>
      )}
      <Providers />
      <p class="hint">{m.signIn.firstTime}</p>
    </section>
  );
}

/** Accounts elsewhere by which one signs in, where this deployment has any and one's own was linked. */
function Providers() {
  const m = w().flow;
  const trouble = useSignal<string | null>(null);
  useEffect(() => void loadProviders(), []);
  if (providers.value.length === 0) return null;
  return (
    <>
      <h2 class="group-title">{m.otherWays}</h2>
      {providers.value.map((p) => (
        <button
          key={p.id}
          type="button"
          class="button wide-button"
          onClick={async () => {
            trouble.value = await begin({ kind: "sign-in", provider: p.id });
          }}
        >
          {m.with(p.name)}
        </button>
      ))}
      <Trouble text={trouble.value} />
    </>
  );
}
