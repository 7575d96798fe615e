/** While an agreement to pay is signed at its channel: the way there again, the way back, and what became of it. */
import "../../styles/pay.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { begin, dropWaiting, type Waiting } from "../../state/flows";
import { loadMe } from "../../state/me";
import { hrefOf } from "../../state/route";
import { Handover } from "./Handover";

const LOOK_MS = 4_000;

export function Signing({ wanted, title, signed }: { wanted: Waiting; title: string; signed: boolean }) {
  const m = w().handover;
  const trouble = useSignal<string | null>(null);
  const busy = useSignal(false);
  useEffect(() => {
    if (signed) void dropWaiting(); // in another browser
  }, [signed]);
  useEffect(() => {
    if (wanted.there) return; // the handover looks by itself
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && navigator.onLine) void loadMe();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [wanted.there]);
  return (
    <div class="inset handover">
      <h3>{m.signWaits(title)}</h3>
      <p class="quiet">{wanted.there ? m.signThere(title) : m.signWhy(title)}</p>
      {wanted.there ? (
        <Handover
          opening={{ by: "page", app: "wechat" }}
          label={m.sign}
          path={hrefOf({ page: { name: "my" } })}
          look={loadMe}
        />
      ) : (
        <button
          type="button"
          class="button primary wide-button"
          disabled={busy.value}
          onClick={async () => {
            busy.value = true;
            trouble.value = await begin(wanted);
            busy.value = false;
          }}
        >
          {m.signAgain}
        </button>
      )}
      <Trouble text={trouble.value} />
      <button type="button" class="button wide-button" onClick={() => void dropWaiting()}>
        {m.signDrop}
      </button>
    </div>
  );
}
