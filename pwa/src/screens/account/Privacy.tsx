/** What is kept of oneself: to take away, and to have erased. */
import { signal, useSignal } from "@preact/signals";
import { EraseMeDocument, ExportMyDataDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { Sheet } from "../../parts/Sheet";
import { words } from "../../state/me";
import { askMine, ended, forget } from "../../state/session";
import { PhoneCode } from "./PhoneCode";

/** The account was erased in this page's life. */
export const erased = signal(false);

export function Privacy() {
  const m = w().privacy;
  const state = useSignal<"idle" | "busy" | "done">("idle");
  const trouble = useSignal<string | null>(null);
  const erasing = useSignal(false);
  const save = async () => {
    state.value = "busy";
    try {
      download((await askMine(ExportMyDataDocument, {})).exportMyData);
      state.value = "done";
      trouble.value = null;
    } catch (error) {
      state.value = "idle";
      trouble.value = words(error);
    }
  };
  return (
    <section class="block">
      <h2>{m.title}</h2>
      <p class="quiet">{m.exportWhy}</p>
      <button type="button" class="button wide-button" disabled={state.value === "busy"} onClick={() => void save()}>
        {state.value === "busy" ? m.exporting : m.export}
      </button>
      <p role="status" class="quiet">
        {state.value === "done" ? m.exported : ""}
      </p>
      <Trouble text={trouble.value} />
      <button
        type="button"
        class="text-button alert"
        aria-haspopup="dialog"
        onClick={() => {
          erasing.value = true;
        }}
      >
        {m.erase}
      </button>
      {erasing.value && (
        <EraseSheet
          onClose={() => {
            erasing.value = false;
          }}
        />
      )}
    </section>
  );
}

function EraseSheet({ onClose }: { onClose: () => void }) {
  const m = w().privacy;
  const erase = async (challenge: string, code: string) => {
    try {
      await askMine(EraseMeDocument, { challenge, code });
    } catch (error) {
      return words(error);
    }
    erased.value = true;
    await forget();
    await (await import("../../state/reportBox")).emptyReports();
    ended.value = false;
    return null;
  };
  return (
    <Sheet title={m.eraseTitle} onClose={onClose}>
      <ul class="plain-list">
        <li>{m.eraseGone}</li>
        <li>{m.eraseStays}</li>
        <li>{m.eraseFirst}</li>
      </ul>
      <p class="hint">{m.eraseConfirm}</p>
      <PhoneCode purpose="erase" onCode={erase} submit={m.eraseNow} danger />
    </Sheet>
  );
}

/** As a file: on a phone there is nothing to paste it into. */
function download(json: string): void {
  const url = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `my-data-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
