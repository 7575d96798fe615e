/** The question who one is, wherever something needs an answer to it. */
import { useSignal } from "@preact/signals";
import { ask } from "../../api/client";
import { SignInDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { deviceName } from "../../state/device";
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
      <p class="hint">{m.signIn.firstTime}</p>
    </section>
  );
}
