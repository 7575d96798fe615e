/** The officials' page, `/#/office/differences`: an entry of its own, of which a driver's phone loads nothing. */
import "./office.css";
import { useSignal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Differences } from "./Differences";
import { SignIn } from "./SignIn";
import { me, resume, signOut } from "./session";
import { Both } from "./words";

const OFFICIALS = new Set(["AUDITOR", "ADMINISTRATOR"]);

export function openOffice(root: HTMLElement): void {
  document.documentElement.lang = "zh-CN";
  document.title = "对账 · Office";
  addEventListener("hashchange", () => {
    if (!location.hash.startsWith("#/office")) location.reload();
  });
  render(<Office />, root);
}

function Office() {
  const ready = useSignal(false);
  useEffect(() => {
    void resume()
      .catch(() => {})
      .finally(() => {
        ready.value = true;
      });
  }, []);
  const official = me.value?.roles.some((role) => OFFICIALS.has(role)) ?? false;
  return (
    <div class="office">
      {/* No link: the address after # says which page this is. */}
      <button type="button" class="skip" onClick={() => document.getElementById("office-main")?.focus()}>
        跳到内容 Skip to the content
      </button>
      <header>
        <h1>
          <Both zh="账务办公室" en="Office of the books" />
        </h1>
        {me.value && (
          <button type="button" class="button" onClick={() => void signOut()}>
            <Both zh="退出" en="Sign out" />
          </button>
        )}
      </header>
      <main id="office-main" tabIndex={-1} aria-busy={!ready.value}>
        {ready.value && me.value === null && <SignIn />}
        {official && <Differences />}
        {me.value && !official && (
          <p role="alert">
            <Both
              zh="您的账户没有审计或管理员角色，请联系管理员。"
              en="Your account is neither an auditor's nor an administrator's: ask an administrator."
            />
          </p>
        )}
      </main>
    </div>
  );
}
