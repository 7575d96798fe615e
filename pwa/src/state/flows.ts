/** What is finished at another's page: signing in there, linking an account, agreeing to pay. The ticket stays on this
 *  device, so an answer that was planted in another browser is void. */
import { signal } from "@preact/signals";
import { ask } from "../api/client";
import {
  AddAgreementDocument,
  BeginAtProviderDocument,
  BeginLinkDocument,
  LinkProviderDocument,
  SignInAtProviderDocument,
  SignInProvidersDocument,
  type SignInProvidersQuery,
} from "../api/generated/mine/graphql";
import { w } from "../i18n/mine";
import { onlyInWechat } from "../kernel/handover";
import { deviceName } from "./device";
import { thisDevice } from "./handover";
import { words } from "./me";
import { drop, put, take } from "./purse";
import { askMine, signedIn } from "./session";

export type Wanted =
  | { kind: "sign-in" | "link"; provider: string }
  | { kind: "agreement"; provider: string; capFen: number };

type Flow = Wanted & { ticket: string; at: number };

/** How long the gateway keeps what was begun. */
const GOOD_FOR_MS = 10 * 60_000;

/** An agreement that was begun on this device and has not come back; `there` where WeChat alone opens its page. */
export type Waiting = Wanted & { kind: "agreement"; there: boolean };
export const waiting = signal<Waiting | null>(null);

export const providers = signal<SignInProvidersQuery["signInProviders"]>([]);

export async function loadProviders(): Promise<void> {
  if (providers.value.length) return;
  try {
    providers.value = (await ask(SignInProvidersDocument, {})).signInProviders;
  } catch {
    // the other ways are there; the next opening asks again
  }
}

/** Leaves for the other's page. Returns what went wrong, in words. */
export async function begin(wanted: Wanted): Promise<string | null> {
  const { provider } = wanted;
  try {
    const { url, ticket } =
      wanted.kind === "sign-in"
        ? (await ask(BeginAtProviderDocument, { provider })).beginAtProvider
        : (await askMine(BeginLinkDocument, { provider })).beginLink;
    const there = onlyInWechat(url, thisDevice());
    if (there && wanted.kind !== "agreement") return w().handover.onlyThere;
    await put("flow", { ...wanted, ticket, at: Date.now() } satisfies Flow);
    if (wanted.kind === "agreement") waiting.value = { ...wanted, there };
    if (!there) location.assign(url);
    return null;
  } catch (error) {
    return words(error);
  }
}

/** What was begun before the page was left, or dropped. */
export async function loadWaiting(): Promise<void> {
  const flow = await take<Flow>("flow");
  if (flow?.kind !== "agreement" || waiting.value) return;
  if (Date.now() - flow.at < GOOD_FOR_MS) waiting.value = { ...flow, there: false };
  else await drop("flow");
}

export async function dropWaiting(): Promise<void> {
  waiting.value = null;
  await drop("flow");
}

/** Back from there. Returns what went wrong, in words; `nothing` where nothing was begun on this device. */
export async function finish(code: string, state: string): Promise<{ trouble: string | null; nothing: boolean }> {
  const flow = await take<Flow>("flow");
  if (!flow) return { trouble: null, nothing: true };
  await dropWaiting(); // it holds once
  const { ticket } = flow;
  try {
    if (flow.kind === "agreement")
      await askMine(AddAgreementDocument, {
        ask: { channel: flow.provider, capFen: flow.capFen, standing: true, ticket, code, state },
      });
    else if (flow.kind === "link") await askMine(LinkProviderDocument, { ticket, code, state });
    else
      await signedIn(
        (await ask(SignInAtProviderDocument, { ticket, code, state, device: deviceName() })).signInAtProvider,
      );
    return { trouble: null, nothing: false };
  } catch (error) {
    return { trouble: words(error), nothing: false };
  }
}
