/** The frame of a page that lies over the finder: back, its name, what it shows. */
import "../styles/page.css";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { closePage, pageTitle } from "../state/route";
import { Icon } from "./Icon";

interface Props {
  title: string;
  children: ComponentChildren;
  /** Beside the name. */
  aside?: ComponentChildren;
  /** Stays at the bottom. */
  foot?: ComponentChildren;
  busy?: boolean;
}

export function Frame({ title, children, aside, foot, busy = false }: Props) {
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    back.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    pageTitle.value = title;
    return () => {
      pageTitle.value = null;
    };
  }, [title]);
  return (
    <main class="page" id="main" aria-busy={busy}>
      <header class="page-bar">
        <button type="button" class="icon-button" aria-label={t().back} onClick={closePage} ref={back}>
          <Icon name="back" />
        </button>
        <h1>{title}</h1>
        {aside}
      </header>
      <div class="page-body">{children}</div>
      {foot && <footer class="page-foot">{foot}</footer>}
    </main>
  );
}

/** What went wrong, in words, once. */
export function Trouble({ text }: { text: string | null }) {
  return (
    <p class="trouble" role="alert" hidden={!text}>
      {text}
    </p>
  );
}

/** In place of what has not come: that it is on its way, or what kept it and the way to ask again. */
export function NotYet({ trouble, again }: { trouble: string | null; again: () => Promise<void> }) {
  return trouble ? (
    <div class="empty">
      <Trouble text={trouble} />
      <button type="button" class="button" onClick={() => void again()}>
        {t().retry}
      </button>
    </div>
  ) : (
    <p class="empty" role="status">
      {t().loading}
    </p>
  );
}
