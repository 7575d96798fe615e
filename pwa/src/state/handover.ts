/** The bridges by which a page inside WeChat or Alipay asks for what only they can do. */
import { type App, type Device, deviceOf, type Opening, saidNo } from "../kernel/handover";

type Answered = (answer: unknown) => void;
interface Bridges {
  WeixinJSBridge?: { invoke: (call: string, ask: unknown, answered: Answered) => void };
  AlipayJSBridge?: { call: (call: string, ask: unknown, answered: Answered) => void };
}

const READY: Record<App, string> = { wechat: "WeixinJSBridgeReady", alipay: "AlipayJSBridgeReady" };
const READY_WITHIN_MS = 3_000;

export const thisDevice = (): Device => deviceOf(navigator.userAgent, navigator.maxTouchPoints);

const bridges = () => globalThis as Bridges;

function caller(app: App): ((call: string, ask: unknown, answered: Answered) => void) | null {
  const { WeixinJSBridge: wechat, AlipayJSBridge: alipay } = bridges();
  if (app === "wechat") return wechat ? (...args) => wechat.invoke(...args) : null;
  return alipay ? (...args) => alipay.call(...args) : null;
}

/** A bridge comes a moment after the page. */
async function ready(app: App): Promise<ReturnType<typeof caller>> {
  if (!caller(app))
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, READY_WITHIN_MS);
      document.addEventListener(
        READY[app],
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  return caller(app);
}

/** Opens it over this page; resolves when one comes back. `no`: called off there; `absent`: it cannot be opened here. */
export async function overBridge(opening: Opening & { by: "bridge" }): Promise<"back" | "no" | "absent"> {
  const call = await ready(opening.app);
  if (!call) return "absent";
  return new Promise((resolve) => {
    call(opening.call, opening.ask, (answer) => resolve(saidNo(answer) ? "no" : "back"));
  });
}
