/** The code on a pile, by camera where the browser can read codes, else typed. */
import "../../styles/charge.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../../api/client";
import { ScannedDocument } from "../../api/generated/charging/graphql";
import { w } from "../../i18n/mine";
import { Field } from "../../parts/Field";
import { Frame, Trouble } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { words } from "../../state/me";
import { go } from "../../state/route";

const MAX_CODE = 512;
const LOOK_MS = 250;

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = { new (options: { formats: string[] }): Detector };

/** The browser's own reader of codes; many have none. */
const detectorHere = (): DetectorClass | null =>
  (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector ?? null;

export function ScanPage() {
  const m = w().scan;
  const text = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const camera = useSignal<"off" | "on" | "denied">("off");
  const find = async (code: string) => {
    if (busy.value || !code.trim()) return;
    busy.value = true;
    trouble.value = null;
    try {
      const { scanned } = await ask(ScannedDocument, { code: code.trim().slice(0, MAX_CODE) });
      go(
        {
          page: {
            name: "charge",
            station: scanned.stationId,
            evse: scanned.evseId,
            connector: scanned.connectorId,
            code: null,
          },
        },
        { replace: true },
      );
    } catch (error) {
      trouble.value = words(error);
      text.value = code;
    }
    busy.value = false;
  };
  return (
    <Frame title={m.title}>
      {detectorHere() === null ? (
        <p class="hint">{m.unsupported}</p>
      ) : camera.value === "on" ? (
        <Camera
          onCode={(code) => {
            camera.value = "off";
            void find(code);
          }}
          onDenied={() => {
            camera.value = "denied";
          }}
        />
      ) : (
        <section class="block">
          <p>{camera.value === "denied" ? m.denied : m.why}</p>
          <button
            type="button"
            class="button primary wide-button"
            onClick={() => {
              camera.value = "on";
            }}
          >
            <Icon name="scan" />
            {m.allow}
          </button>
        </section>
      )}
      <form
        class="block"
        onSubmit={(event) => {
          event.preventDefault();
          void find(text.value);
        }}
      >
        <Field
          label={m.typed}
          value={text.value}
          onText={(typed) => {
            text.value = typed;
          }}
          hint={m.typedHint}
          input={{ name: "code", maxLength: MAX_CODE, spellcheck: false, autocapitalize: "off" }}
        />
        <Trouble text={trouble.value} />
        <button type="submit" class="button primary wide-button" disabled={busy.value || !text.value.trim()}>
          {busy.value ? m.looking : m.go}
        </button>
      </form>
    </Frame>
  );
}

function Camera({ onCode, onDenied }: { onCode: (code: string) => void; onDenied: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const Reader = detectorHere();
    const look = async (reader: Detector) => {
      if (over || !video.current) return;
      const [found] = await reader.detect(video.current).catch(() => []);
      if (over) return;
      if (found?.rawValue) onCode(found.rawValue);
      else timer = setTimeout(() => void look(reader), LOOK_MS);
    };
    const open = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        if (over || !video.current || !Reader) return;
        video.current.srcObject = stream;
        await video.current.play();
        await look(new Reader({ formats: ["qr_code"] }));
      } catch {
        if (!over) onDenied();
      } finally {
        if (over) for (const track of stream?.getTracks() ?? []) track.stop();
      }
    };
    void open();
    return () => {
      over = true;
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);
  return (
    <figure class="camera">
      <video ref={video} playsInline muted />
      <figcaption>{w().scan.aim}</figcaption>
    </figure>
  );
}
