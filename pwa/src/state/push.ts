/** This device's push subscription: asked for when somebody wants to be told, and never before. */
import { effect } from "@preact/signals";
import { PushKeyDocument, RegisterPushDocument } from "../api/generated/watch/graphql";
import { askMine } from "./session";
import { hasAccount } from "./settings";

const PATIENCE_MS = 8_000; // a push service that is out of reach never answers

/** How one is told: by a notification; only here, since this device cannot be reached; or since that was not allowed. */
export type Way = "rings" | "here" | "refused";

/** Asks for leave, where that was not answered yet: to be called in the tap itself. */
export async function allowed(): Promise<boolean | null> {
  if (!("Notification" in window)) return null;
  if (Notification.permission === "default") return (await Notification.requestPermission()) === "granted";
  return Notification.permission === "granted";
}

export async function ringHere(leave: boolean | null): Promise<Way> {
  if (!leave) return leave === null ? "here" : "refused";
  try {
    const worker = await registration();
    if (!worker?.pushManager) return "here";
    const { pushKey } = await askMine(PushKeyDocument, {});
    const given = (await subscribed(worker.pushManager, pushKey)).toJSON();
    const { p256dh, auth } = given.keys ?? {};
    if (!given.endpoint || !p256dh || !auth) return "here";
    await askMine(RegisterPushDocument, { input: { endpoint: given.endpoint, p256dh, auth } });
    return "rings";
  } catch {
    return "here";
  }
}

async function subscribed(manager: PushManager, key: string): Promise<PushSubscription> {
  const known = await manager.getSubscription();
  if (known) {
    if (known.options.applicationServerKey && encoded(known.options.applicationServerKey) === key) return known;
    await known.unsubscribe(); // made for another deployment, or before its key was lost
  }
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no push service")), PATIENCE_MS));
  return Promise.race([manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }), late]);
}

const encoded = (raw: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(raw)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

export const registration = async (): Promise<ServiceWorkerRegistration | undefined> =>
  "serviceWorker" in navigator ? navigator.serviceWorker.getRegistration() : undefined;

effect(() => {
  // The gateway forgets it with the session; where it could not be told, the browser does.
  if (!hasAccount.value)
    void registration()
      .then((worker) => worker?.pushManager?.getSubscription())
      .then((known) => known?.unsubscribe())
      .catch(() => {});
});
