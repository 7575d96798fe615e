import { expect, test } from "vitest";
import { type Device, deviceOf, onlyInWechat, openingOf, saidNo } from "../src/kernel/handover";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";
const DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15";

const phone: Device = { inside: null, handheld: true };
const desk: Device = { inside: null, handheld: false };
const wechat: Device = { inside: "wechat", handheld: true };
const alipay: Device = { inside: "alipay", handheld: true };

const fields = (given: Record<string, string>) => Object.entries(given).map(([name, value]) => ({ name, value }));
const ALIPAY = fields({ order_string: "app_id=2021&biz_content=%7B%22amount%22%3A%2250.00%22%7D&sign=a%2Bb%3D" });
const SCORE = fields({
  mch_id: "1230000109",
  package: "AAQT/+=",
  timestamp: "1530097563",
  nonce_str: "zyx53Nkey8",
  sign_type: "HMAC-SHA256",
  sign: "029B52",
});
const SHEET = fields({
  appId: "wx1",
  timeStamp: "1530097563",
  nonceStr: "n",
  package: "prepay_id=wx2",
  signType: "RSA",
  paySign: "s+/=",
});

test("a device says in whose browser it is and whether it can have such applications", () => {
  expect(deviceOf(DESK, 0)).toEqual(desk);
  expect(deviceOf(DESK, 10)).toEqual(desk);
  expect(deviceOf(MAC, 0)).toEqual(desk);
  expect(deviceOf(MAC, 5)).toEqual(phone);
  expect(deviceOf(IPHONE, 5)).toEqual(phone);
  expect(deviceOf("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1 Mobile", 5)).toEqual(phone);
  expect(deviceOf(`${IPHONE} MicroMessenger/8.0.50`, 5)).toEqual(wechat);
  expect(deviceOf(`${IPHONE} AliApp(AP/10.6) AlipayClient/10.6`, 5)).toEqual(alipay);
});

test("an order string opens Alipay's cashier from a phone's browser, escaped once", () => {
  const opening = openingOf(ALIPAY, phone);
  expect(opening?.by).toBe("link");
  const href = opening?.by === "link" ? opening.href : "";
  expect(new URL(href).protocol).toBe("alipays:");
  expect(new URL(href).searchParams.get("orderSuffix")).toBe(ALIPAY[0]?.value);
});

test("in Alipay's own browser the order string goes to it as it is", () => {
  const ask = { orderStr: ALIPAY[0]?.value };
  expect(openingOf(ALIPAY, alipay)).toEqual({ by: "bridge", app: "alipay", call: "tradePay", ask });
});

test("a desktop and WeChat cannot open Alipay: the page is taken there", () => {
  expect(openingOf(ALIPAY, desk)).toEqual({ by: "page", app: "alipay" });
  expect(openingOf(ALIPAY, wechat)).toEqual({ by: "page", app: "alipay" });
});

test("支付分 is opened by WeChat's bridge with its fields escaped, and nowhere else", () => {
  const opening = openingOf(SCORE, wechat);
  expect(opening).toMatchObject({ by: "bridge", app: "wechat", call: "openBusinessView" });
  const ask = opening?.by === "bridge" ? opening.ask : {};
  expect(ask.businessType).toBe("wxpayScoreUse");
  expect(ask.queryString).toContain("package=AAQT%2F%2B%3D&");
  expect(Object.fromEntries(new URLSearchParams(ask.queryString))).toEqual(
    Object.fromEntries(SCORE.map((f) => [f.name, f.value])),
  );
  for (const device of [phone, desk, alipay]) expect(openingOf(SCORE, device)).toEqual({ by: "page", app: "wechat" });
});

test("a plain payment at WeChat is its own call with the fields as they are", () => {
  const ask = Object.fromEntries(SHEET.map((f) => [f.name, f.value]));
  expect(openingOf(SHEET, wechat)).toEqual({ by: "bridge", app: "wechat", call: "getBrandWCPayRequest", ask });
  expect(openingOf(SHEET, phone)).toEqual({ by: "page", app: "wechat" });
});

test("what is not known, or not whole, opens nothing", () => {
  expect(openingOf([], phone)).toBeNull();
  expect(openingOf(SCORE.slice(1), wechat)).toBeNull();
  expect(openingOf(fields({ order_string: "" }), phone)).toBeNull();
  expect(openingOf(fields({ url: "javascript:alert(1)" }), phone)).toBeNull();
});

test("only WeChat's own pages for the inside need WeChat", () => {
  const inside = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1#wechat_redirect";
  expect(onlyInWechat(inside, phone)).toBe(true);
  expect(onlyInWechat(inside, alipay)).toBe(true);
  expect(onlyInWechat(inside, wechat)).toBe(false);
  expect(onlyInWechat("https://open.weixin.qq.com/connect/qrconnect?appid=wx1", desk)).toBe(false);
  expect(onlyInWechat("https://login.example/connect/oauth2/authorize", phone)).toBe(false);
});

test.each([
  [{ err_msg: "get_brand_wcpay_request:cancel" }, true],
  [{ err_msg: "get_brand_wcpay_request:fail" }, true],
  [{ err_msg: "get_brand_wcpay_request:ok" }, false],
  [{ err_code: 0 }, false],
  [{ resultCode: "9000" }, false],
  [{ resultCode: "6004" }, false],
  [{ resultCode: 6001 }, true],
  [null, false],
])("%o is a no: %s", (answer, no) => {
  expect(saidNo(answer)).toBe(no);
});
