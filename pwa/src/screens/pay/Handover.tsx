/** Opens the application in which one agrees or pays, and waits until the gateway has heard of it. */
import "../../styles/pay.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { w } from "../../i18n/mine";
import type { App, Opening } from "../../kernel/handover";
import { QrCode } from "../../parts/QrCode";
import { overBridge, thisDevice } from "../../state/handover";
import { copy } from "../share";

const LOOK_MS = 4_000;
const OPENS_WITHIN_MS = 2_500;

interface Props {
  opening: Opening;
  /** What to open it for, e.g. "agree". */
  label: string;
  /** This page, to be opened on another device or in another application. */
  path: string;
  /** Asks the gateway; what shows this goes away once it was confirmed. */
  look: () => Promise<void>;
}

export function Handover({ opening, label, path, look }: Props) {
  const m = w().handover;
  const app = m.apps[opening.app];
  const said = useSignal<"" | "open" | "not-yet" | "no" | "absent">("");
  const busy = useSignal(false);
  const stuck = useSignal(opening.by === "page");
  const asked = useRef(look);
  asked.current = look;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && navigator.onLine && !busy.value) void asked.current();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (said.value !== "open" || opening.by !== "link") return;
    // Nothing tells whether a link to another application led anywhere, but this page would be hidden by now.
    const timer = setTimeout(() => {
      if (document.visibilityState === "visible") stuck.value = true;
    }, OPENS_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [said.value]);
  const open = async () => {
    if (opening.by !== "bridge" || busy.value) return;
    busy.value = true;
    said.value = "open";
    const answer = await overBridge(opening);
    await look();
    busy.value = false;
    said.value = answer === "back" ? "not-yet" : answer;
    if (answer === "absent") stuck.value = true;
  };
  const check = async () => {
    busy.value = true;
    await look();
    busy.value = false;
    said.value = "not-yet";
  };
  return (
    <div class="handover">
      {opening.by === "link" && (
        <a
          class="button primary wide-button"
          href={opening.href}
          onClick={() => {
            said.value = "open";
          }}
        >
          {m.open(app, label)}
        </a>
      )}
      {opening.by === "bridge" && (
        <button type="button" class="button primary wide-button" disabled={busy.value} onClick={() => void open()}>
          {m.open(app, label)}
        </button>
      )}
      {stuck.value && <Elsewhere app={opening.app} path={path} asked={opening.by === "link"} />}
      <p role="status" class="quiet">
        {said.value === "not-yet"
          ? m.notYet(app)
          : said.value === "no"
            ? m.calledOff
            : said.value === "absent"
              ? m.absent(app)
              : m.waits(app)}
      </p>
      <button type="button" class="button wide-button" disabled={busy.value} onClick={() => void check()}>
        {busy.value ? m.looking : m.confirmed}
      </button>
    </div>
  );
}

/** The same page on a device, or in a browser, that can. */
function Elsewhere({ app, path, asked }: { app: App; path: string; asked: boolean }) {
  const m = w().handover;
  const copied = useSignal<boolean | null>(null);
  const { handheld } = thisDevice();
  const url = new URL(path, location.origin).href;
  const name = m.apps[app];
  return (
    <div class="inset">
      <p>{asked ? m.stuck(name) : handheld ? m.inThere(name) : m.scan(name)}</p>
      {!handheld && <QrCode text={url} label={m.code(name)} />}
      <div class="wrap">
        <button
          type="button"
          class="button"
          onClick={async () => {
            copied.value = await copy(url);
          }}
        >
          {m.copy}
        </button>
        {handheld && !asked && app === "wechat" && (
          <a class="button" href="weixin://">
            {m.start(name)}
          </a>
        )}
      </div>
      <p role="status" class="quiet link-text">
        {copied.value === true ? m.copied : copied.value === false ? url : ""}
      </p>
    </div>
  );
}
