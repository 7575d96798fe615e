/** Keys that this device keeps and opens by finger, face or PIN. */
import { ApiError, ask } from "../api/client";
import {
  AddPasskeyDocument,
  PasskeyChallengeDocument,
  PasskeyOptionsDocument,
  SignInByPasskeyDocument,
} from "../api/generated/mine/graphql";
import { deviceName } from "./device";
import { askMine, signedIn } from "./session";

/** `cancelled`: by the person or by time; `known`: the device has one already; `notHere`: not at this address. */
export type KeyTrouble = "cancelled" | "known" | "notHere";

export const passkeysHere = (): boolean =>
  typeof PublicKeyCredential === "function" && typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";

export async function addPasskey(): Promise<KeyTrouble | null> {
  const { passkeyOptions } = await askMine(PasskeyOptionsDocument, {});
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(passkeyOptions));
    const made = await navigator.credentials.create({ publicKey });
    await askMine(AddPasskeyDocument, { credential: asJson(made) });
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

export async function signInByPasskey(): Promise<KeyTrouble | null> {
  const { passkeyChallenge } = await ask(PasskeyChallengeDocument, {});
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(passkeyChallenge));
    const signed = await navigator.credentials.get({ publicKey });
    const answer = await ask(SignInByPasskeyDocument, { credential: asJson(signed), device: deviceName() });
    await signedIn(answer.signInByPasskey);
    return null;
  } catch (error) {
    return troubleOf(error);
  }
}

const asJson = (credential: Credential | null): string =>
  JSON.stringify((credential as PublicKeyCredential | null)?.toJSON());

function troubleOf(error: unknown): KeyTrouble {
  if (error instanceof ApiError || !(error instanceof DOMException)) throw error;
  if (error.name === "InvalidStateError") return "known";
  return error.name === "SecurityError" ? "notHere" : "cancelled";
}
