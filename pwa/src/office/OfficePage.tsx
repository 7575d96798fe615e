/** What every page of officials has: the way past its head, its name, signing in and out, and who may see it. */
import "./office.css";
import { useSignal } from "@preact/signals";
import { type ComponentChildren, render } from "preact";
import { useEffect } from "preact/hooks";
import { SignIn } from "./SignIn";
import { me, resume, signOut } from "./session";
import { Both } from "./words";

interface Words {
  zh: string;
  en: string;
}

interface Props {
  /** Names its `main`; the address after # says which page this is, so nothing links to it. */
  name: string;
  style?: string;
  title: Words;
  roles: readonly string[];
  refused: Words;
  children: ComponentChildren;
}

export function OfficePage({ name, style = "", title, roles, refused, children }: Props) {
  const ready = useSignal(false);
  useEffect(() => {
    void resume()
      .catch(() => {})
      .finally(() => {
        ready.value = true;
      });
  }, []);
  const official = me.value?.roles.some((role) => roles.includes(role)) ?? false;
  return (
    <div class={`office ${style}`.trim()}>
      <button type="button" class="skip" onClick={() => document.getElementById(`${name}-main`)?.focus()}>
        跳到内容 Skip to the content
      </button>
      <header>
        <h1>
          <Both {...title} />
        </h1>
        {me.value && (
          <button type="button" class="button no-print" onClick={() => void signOut()}>
            <Both zh="退出" en="Sign out" />
          </button>
        )}
      </header>
      <main id={`${name}-main`} tabIndex={-1} aria-busy={!ready.value}>
        {ready.value && me.value === null && <SignIn />}
        {official && children}
        {me.value && !official && (
          <p role="alert">
            <Both {...refused} />
          </p>
        )}
      </main>
    </div>
  );
}

/** Shows a page for as long as its address does; another address is another application. */
export function openPage(root: HTMLElement, address: string, title: string, page: ComponentChildren): void {
  document.documentElement.lang = "zh-CN";
  document.title = title;
  addEventListener("hashchange", () => {
    if (!location.hash.startsWith(address)) location.reload();
  });
  render(page, root);
}
