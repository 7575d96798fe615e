/** Who is signed in on this device: the access token in memory, the refresh token in a database of the account's own. */
import { signal } from "@preact/signals";
import { ApiError, ask, type Document } from "../api/client";
import { RefreshDocument, SignOutDocument, type TokenPairFragment } from "../api/generated/mine/graphql";
import { t } from "../i18n";
import { empty, put, take } from "./purse";
import { hasAccount, running } from "./settings";

const AHEAD_MS = 30_000; // an access token about to end is not used for one more question
const RETRIES_MS = [0, 1_500, 5_000]; // the gateway takes the token before the present one for half a minute
const LOCK = "finder-session";

let access: { token: string; until: number } | null = null;
let refreshing: Promise<string> | null = null;
// Without a database (private mode) the session lasts as long as the page.
let inMemory: string | null = null;

/** Whether somebody signed out, or was, since the page opened: why the question to sign in is there. */
export const ended = signal(false);

export async function signedIn(tokens: TokenPairFragment): Promise<void> {
  await keepTokens(tokens);
  ended.value = false;
  hasAccount.value = true;
}

async function keepTokens(tokens: TokenPairFragment): Promise<void> {
  access = { token: tokens.accessToken, until: Date.now() + tokens.expiresInS * 1000 };
  inMemory = tokens.refreshToken;
  await put("refresh", tokens.refreshToken).catch(() => {});
}

/** Nothing of the account stays on this device. */
export async function forget(): Promise<void> {
  access = null;
  inMemory = null;
  await empty();
  hasAccount.value = false;
  running.value = false;
  ended.value = true;
}

export const needsSignIn = (): ApiError => new ApiError("SIGN_IN", t().errors.SIGN_IN, false);

/** An access token that holds. Raises ApiError: SIGN_IN, or that the service cannot be reached. */
export function accessToken({ fresh = false } = {}): Promise<string> {
  if (!fresh && access && access.until - AHEAD_MS > Date.now()) return Promise.resolve(access.token);
  refreshing ??= locked(refresh).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Two tabs must not spend one refresh token: the second finds what the first was given. */
const locked = <T>(run: () => Promise<T>): Promise<T> =>
  "locks" in navigator ? (navigator.locks.request(LOCK, run) as Promise<T>) : run();

async function refresh(): Promise<string> {
  const refreshToken = (await take<string>("refresh")) ?? inMemory;
  if (!refreshToken) throw needsSignIn();
  for (let tried = 0; ; tried += 1) {
    try {
      const { refresh: tokens } = await ask(RefreshDocument, { refreshToken });
      await keepTokens(tokens);
      return tokens.accessToken;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!error.retryable && error.code === "SIGN_IN") await forget();
      // An answer that was lost may have spent the token: it is asked again at once, or the session is lost.
      const wait = RETRIES_MS[tried + 1];
      if (!error.retryable || !navigator.onLine || wait === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** As `ask`, in one's own name; a token that is refused is renewed once. */
export async function askMine<R, V>(document: Document<R, V>, variables: V, signal?: AbortSignal): Promise<R> {
  try {
    return await ask(document, variables, signal, await accessToken());
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "SIGN_IN" || !hasAccount.value) throw error;
    return ask(document, variables, signal, await accessToken({ fresh: true }));
  }
}

/** This device forgets even where the gateway cannot be told; all of them are signed out by the gateway or not at all.
 *  Returns whether the gateway was told. Raises ApiError where `everywhere`. */
export async function signOut(everywhere: boolean): Promise<boolean> {
  let told = true;
  try {
    await askMine(SignOutDocument, { everywhere });
  } catch (error) {
    if (everywhere && hasAccount.value) throw error;
    told = false;
  }
  await forget();
  await (await import("./reportBox")).emptyReports();
  ended.value = false;
  return told;
}
