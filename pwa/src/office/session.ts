/** An official's session: it ends with the tab, and is apart from the driver's on the same device. */
import { signal } from "@preact/signals";
import { ApiError, ask, type Document } from "../api/client";
import {
  OfficeChallengeDocument,
  OfficeMeDocument,
  type OfficeMeQuery,
  OfficePasskeyDocument,
  OfficeRefreshDocument,
  OfficeSignInDocument,
  OfficeSignOutDocument,
  type TokensFragment,
} from "../api/generated/office/graphql";

const KEPT = "finder-office";
const AHEAD_MS = 30_000;

export const me = signal<NonNullable<OfficeMeQuery["me"]> | null>(null);
let access: { token: string; until: number } | null = null;
let refreshing: Promise<string> | null = null;

async function keep(tokens: TokensFragment): Promise<void> {
  access = { token: tokens.accessToken, until: Date.now() + tokens.expiresInS * 1000 };
  sessionStorage.setItem(KEPT, tokens.refreshToken);
}

function forget(): void {
  access = null;
  sessionStorage.removeItem(KEPT);
  me.value = null;
}

/** Goes on with the tab's session, where there is one. */
export async function resume(): Promise<void> {
  if (!sessionStorage.getItem(KEPT)) return;
  await lookUp().catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== "SIGN_IN") throw error;
  });
}

/** With a passkey of this device. Raises ApiError, or what the browser says where it was given up. */
export async function signInByPasskey(): Promise<void> {
  const { passkeyChallenge } = await ask(OfficeChallengeDocument, {});
  const asked = JSON.parse(passkeyChallenge);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.publicKey ?? asked);
  const given = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  if (!given) return;
  const { signInByPasskey: tokens } = await ask(OfficePasskeyDocument, { credential: JSON.stringify(given.toJSON()) });
  await keep(tokens);
  await lookUp();
}

/** With the code that was sent to a phone. Raises ApiError. */
export async function signInByCode(challenge: string, code: string): Promise<void> {
  const { signIn } = await ask(OfficeSignInDocument, { challenge, code });
  await keep(signIn);
  await lookUp();
}

async function lookUp(): Promise<void> {
  me.value = (await askOffice(OfficeMeDocument, {})).me ?? null;
}

export async function signOut(): Promise<void> {
  await askOffice(OfficeSignOutDocument, {}).catch(() => {});
  forget();
}

/** As `ask`, in the official's name. Raises ApiError; on SIGN_IN the session is over. */
export async function askOffice<R, V>(document: Document<R, V>, variables: V): Promise<R> {
  try {
    return await ask(document, variables, undefined, await token());
  } catch (error) {
    if (error instanceof ApiError && error.code === "SIGN_IN") forget();
    throw error;
  }
}

/** The tab's access token, renewed where it is about to end. Raises ApiError. */
export function token(): Promise<string> {
  if (access && access.until - AHEAD_MS > Date.now()) return Promise.resolve(access.token);
  refreshing ??= refresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function refresh(): Promise<string> {
  const { refresh: tokens } = await ask(OfficeRefreshDocument, { refreshToken: sessionStorage.getItem(KEPT) ?? "" });
  await keep(tokens);
  return tokens.accessToken;
}
