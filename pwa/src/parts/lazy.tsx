/** A part of the application whose code comes when it is first shown, or before, when nothing else is to be done. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { t } from "../i18n";

export interface Lazy<P> {
  (props: P): preact.JSX.Element | null;
  load: () => Promise<void>;
}

/** `quiet`: nothing stands in for it until it is there. */
export function lazy<P extends object>(fetchPart: () => Promise<ComponentType<P>>, { quiet = false } = {}): Lazy<P> {
  const part = signal<ComponentType<P> | null>(null);
  const failed = signal(false);
  const load = async () => {
    if (part.value) return;
    failed.value = false;
    try {
      part.value = await fetchPart();
    } catch {
      failed.value = true;
    }
  };
  const Shown = (props: P) => {
    const Part = part.value;
    if (Part) return <Part {...props} />;
    if (!failed.value) void load();
    if (quiet) return null;
    return (
      <div class="empty" role="status">
        {failed.value ? (
          <button type="button" class="button" onClick={() => void load()}>
            {t().retry}
          </button>
        ) : (
          t().loading
        )}
      </div>
    );
  };
  return Object.assign(Shown, { load });
}

/** Once the page is calm. */
export function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 3_000 });
  else setTimeout(run, 1_000);
}
