/** How an order is handed to the application in which it is paid. Pure.
 *
 *  Sources: pay.weixin.qq.com, 支付分 'openBusinessView' and JSAPI 'getBrandWCPayRequest', both only in WeChat's own
 *  browser; opendocs.alipay.com, 'tradePay' with an order string in Alipay's, and elsewhere its cashier's address. */

export type App = "wechat" | "alipay";

export interface Device {
  /** In whose browser the page is. */
  inside: App | null;
  /** Something that has such applications. */
  handheld: boolean;
}

export interface Field {
  name: string;
  value: string;
}

export type Opening =
  | { by: "bridge"; app: App; call: string; ask: Record<string, string> }
  | { by: "link"; app: App; href: string }
  /** In that application alone: this page has to be opened there. */
  | { by: "page"; app: App };

export function deviceOf(agent: string, touches: number): Device {
  const inside = /MicroMessenger/i.test(agent) ? "wechat" : /AlipayClient/i.test(agent) ? "alipay" : null;
  // An iPad says that it is a Mac; no Mac has a screen to touch.
  const tablet = /Macintosh/.test(agent) && touches > 1;
  return { inside, handheld: inside !== null || tablet || /Android|iPhone|iPad|HarmonyOS|Mobile/i.test(agent) };
}

const CASHIER = "alipays://platformapi/startapp?appId=20000125&orderSuffix=";
const SCORE = ["mch_id", "package", "timestamp", "nonce_str", "sign_type", "sign"];
const SHEET = ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"];

/** What opens what the gateway gave; null where it gave nothing that is known here. */
export function openingOf(fields: readonly Field[], { inside, handheld }: Device): Opening | null {
  const given = new Map(fields.map((f) => [f.name, f.value]));
  const picked = (names: readonly string[]) =>
    names.every((name) => given.get(name)) ? names.map((name) => [name, given.get(name) ?? ""]) : null;
  const order = given.get("order_string");
  if (order) {
    if (inside === "alipay") return { by: "bridge", app: "alipay", call: "tradePay", ask: { orderStr: order } };
    // WeChat opens no other application.
    if (!handheld || inside === "wechat") return { by: "page", app: "alipay" };
    return { by: "link", app: "alipay", href: CASHIER + encodeURIComponent(order) };
  }
  const score = picked(SCORE);
  const sheet = picked(SHEET);
  if (!score && !sheet) return null;
  if (inside !== "wechat") return { by: "page", app: "wechat" };
  if (score) {
    const queryString = score.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`).join("&");
    const ask = { businessType: "wxpayScoreUse", queryString };
    return { by: "bridge", app: "wechat", call: "openBusinessView", ask };
  }
  return { by: "bridge", app: "wechat", call: "getBrandWCPayRequest", ask: Object.fromEntries(sheet ?? []) };
}

/** Whether a provider's page opens in WeChat's browser alone (网页授权), and one is not in it. */
export function onlyInWechat(url: string, { inside }: Device): boolean {
  if (inside === "wechat") return false;
  const { host, pathname } = new URL(url);
  return host === "open.weixin.qq.com" && pathname === "/connect/oauth2/authorize";
}

/** What an application said when it came back. It is no proof of anything: only the gateway knows. */
export function saidNo(answer: unknown): boolean {
  const said = (answer ?? {}) as Record<string, unknown>;
  const text = `${said.err_msg ?? ""} ${said.errMsg ?? ""}`;
  return /:(cancel|fail)/.test(text) || ["4000", "6001", "6002"].includes(String(said.resultCode ?? ""));
}
