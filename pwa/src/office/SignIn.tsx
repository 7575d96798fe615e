/** How an official signs in: with a passkey, as administrators must, or with a code by text message. */
import { useSignal } from "@preact/signals";
import { ApiError, ask } from "../api/client";
import { OfficeCodeDocument } from "../api/generated/office/graphql";
import { signInByCode, signInByPasskey } from "./session";
import { Both } from "./words";

export function SignIn() {
  const challenge = useSignal<string | null>(null);
  const phone = useSignal("");
  const code = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);

  const trying = (what: () => Promise<void>) => async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    wrong.value = "";
    try {
      await what();
    } catch (error) {
      wrong.value =
        error instanceof ApiError ? error.message : "未能使用通行密钥，请重试 · the passkey was not used: try again";
    } finally {
      busy.value = false;
    }
  };
  const send = trying(async () => {
    challenge.value = (await ask(OfficeCodeDocument, { phone: phone.value.trim() })).requestCode.challenge;
  });
  const enter = trying(() => signInByCode(challenge.value ?? "", code.value.trim()));

  return (
    <section class="office-card" aria-labelledby="office-sign-in">
      <h2 id="office-sign-in">
        <Both zh="登录" en="Sign in" />
      </h2>
      <p>
        <Both
          zh="本页供监管、审计与管理人员使用。管理员须使用通行密钥。"
          en="For supervisors, auditors and administrators. An administrator signs in with a passkey."
        />
      </p>
      <button type="button" class="button primary" disabled={busy.value} onClick={trying(signInByPasskey)}>
        <Both zh="使用通行密钥" en="With a passkey" />
      </button>
      <form onSubmit={challenge.value === null ? send : enter}>
        <label>
          <Both zh="手机号" en="Mobile number" />
          <input
            type="tel"
            autocomplete="tel"
            required
            readOnly={challenge.value !== null}
            value={phone.value}
            onInput={(event) => {
              phone.value = event.currentTarget.value;
            }}
          />
        </label>
        {challenge.value !== null && (
          <label>
            <Both zh="短信验证码" en="Code from the text message" />
            <input
              inputMode="numeric"
              autocomplete="one-time-code"
              required
              maxLength={6}
              value={code.value}
              onInput={(event) => {
                code.value = event.currentTarget.value;
              }}
            />
          </label>
        )}
        <button type="submit" class="button" disabled={busy.value}>
          {challenge.value === null ? <Both zh="获取验证码" en="Send a code" /> : <Both zh="登录" en="Sign in" />}
        </button>
      </form>
      <p class="wrong" role="alert">
        {wrong.value}
      </p>
    </section>
  );
}
