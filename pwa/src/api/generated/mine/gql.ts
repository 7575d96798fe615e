/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment TokenPair on Tokens {\n  accessToken\n  refreshToken\n  expiresInS\n}\n\nmutation RequestCode($phone: String!) {\n  requestCode(phone: $phone) {\n    challenge\n    expiresInS\n    againInS\n  }\n}\n\nmutation SignIn($challenge: String!, $code: String!, $device: String!) {\n  signIn(challenge: $challenge, code: $code, device: $device) {\n    ...TokenPair\n  }\n}\n\nmutation Refresh($refreshToken: String!) {\n  refresh(refreshToken: $refreshToken) {\n    ...TokenPair\n  }\n}\n\nmutation SignOut($everywhere: Boolean!) {\n  signOut(everywhere: $everywhere)\n}\n\nmutation SignOutDevice($id: ID!) {\n  signOutDevice(id: $id)\n}\n\nquery Me {\n  me {\n    id\n    phone\n    since\n    devices {\n      id\n      name\n      since\n      seenAt\n      current\n    }\n    vehicles {\n      id\n      vin\n      plate\n      newEnergy\n      addedAt\n    }\n    passkeys {\n      id\n      addedAt\n      usedAt\n    }\n  }\n}\n\nmutation AddVehicle($plate: String!, $vin: String) {\n  addVehicle(plate: $plate, vin: $vin) {\n    id\n  }\n}\n\nmutation RemoveVehicle($id: ID!) {\n  removeVehicle(id: $id)\n}\n\nmutation PasskeyOptions {\n  passkeyOptions\n}\n\nmutation AddPasskey($credential: String!) {\n  addPasskey(credential: $credential) {\n    id\n  }\n}\n\nmutation RemovePasskey($id: ID!) {\n  removePasskey(id: $id)\n}\n\nmutation PasskeyChallenge {\n  passkeyChallenge\n}\n\nmutation SignInByPasskey($credential: String!, $device: String!) {\n  signInByPasskey(credential: $credential, device: $device) {\n    ...TokenPair\n  }\n}\n\nmutation ExportMyData {\n  exportMyData\n}\n\nmutation EraseMe($challenge: String!, $code: String!) {\n  eraseMe(challenge: $challenge, code: $code)\n}": typeof types.TokenPairFragmentDoc,
};
const documents: Documents = {
    "fragment TokenPair on Tokens {\n  accessToken\n  refreshToken\n  expiresInS\n}\n\nmutation RequestCode($phone: String!) {\n  requestCode(phone: $phone) {\n    challenge\n    expiresInS\n    againInS\n  }\n}\n\nmutation SignIn($challenge: String!, $code: String!, $device: String!) {\n  signIn(challenge: $challenge, code: $code, device: $device) {\n    ...TokenPair\n  }\n}\n\nmutation Refresh($refreshToken: String!) {\n  refresh(refreshToken: $refreshToken) {\n    ...TokenPair\n  }\n}\n\nmutation SignOut($everywhere: Boolean!) {\n  signOut(everywhere: $everywhere)\n}\n\nmutation SignOutDevice($id: ID!) {\n  signOutDevice(id: $id)\n}\n\nquery Me {\n  me {\n    id\n    phone\n    since\n    devices {\n      id\n      name\n      since\n      seenAt\n      current\n    }\n    vehicles {\n      id\n      vin\n      plate\n      newEnergy\n      addedAt\n    }\n    passkeys {\n      id\n      addedAt\n      usedAt\n    }\n  }\n}\n\nmutation AddVehicle($plate: String!, $vin: String) {\n  addVehicle(plate: $plate, vin: $vin) {\n    id\n  }\n}\n\nmutation RemoveVehicle($id: ID!) {\n  removeVehicle(id: $id)\n}\n\nmutation PasskeyOptions {\n  passkeyOptions\n}\n\nmutation AddPasskey($credential: String!) {\n  addPasskey(credential: $credential) {\n    id\n  }\n}\n\nmutation RemovePasskey($id: ID!) {\n  removePasskey(id: $id)\n}\n\nmutation PasskeyChallenge {\n  passkeyChallenge\n}\n\nmutation SignInByPasskey($credential: String!, $device: String!) {\n  signInByPasskey(credential: $credential, device: $device) {\n    ...TokenPair\n  }\n}\n\nmutation ExportMyData {\n  exportMyData\n}\n\nmutation EraseMe($challenge: String!, $code: String!) {\n  eraseMe(challenge: $challenge, code: $code)\n}": types.TokenPairFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment TokenPair on Tokens {\n  accessToken\n  refreshToken\n  expiresInS\n}\n\nmutation RequestCode($phone: String!) {\n  requestCode(phone: $phone) {\n    challenge\n    expiresInS\n    againInS\n  }\n}\n\nmutation SignIn($challenge: String!, $code: String!, $device: String!) {\n  signIn(challenge: $challenge, code: $code, device: $device) {\n    ...TokenPair\n  }\n}\n\nmutation Refresh($refreshToken: String!) {\n  refresh(refreshToken: $refreshToken) {\n    ...TokenPair\n  }\n}\n\nmutation SignOut($everywhere: Boolean!) {\n  signOut(everywhere: $everywhere)\n}\n\nmutation SignOutDevice($id: ID!) {\n  signOutDevice(id: $id)\n}\n\nquery Me {\n  me {\n    id\n    phone\n    since\n    devices {\n      id\n      name\n      since\n      seenAt\n      current\n    }\n    vehicles {\n      id\n      vin\n      plate\n      newEnergy\n      addedAt\n    }\n    passkeys {\n      id\n      addedAt\n      usedAt\n    }\n  }\n}\n\nmutation AddVehicle($plate: String!, $vin: String) {\n  addVehicle(plate: $plate, vin: $vin) {\n    id\n  }\n}\n\nmutation RemoveVehicle($id: ID!) {\n  removeVehicle(id: $id)\n}\n\nmutation PasskeyOptions {\n  passkeyOptions\n}\n\nmutation AddPasskey($credential: String!) {\n  addPasskey(credential: $credential) {\n    id\n  }\n}\n\nmutation RemovePasskey($id: ID!) {\n  removePasskey(id: $id)\n}\n\nmutation PasskeyChallenge {\n  passkeyChallenge\n}\n\nmutation SignInByPasskey($credential: String!, $device: String!) {\n  signInByPasskey(credential: $credential, device: $device) {\n    ...TokenPair\n  }\n}\n\nmutation ExportMyData {\n  exportMyData\n}\n\nmutation EraseMe($challenge: String!, $code: String!) {\n  eraseMe(challenge: $challenge, code: $code)\n}"): typeof import('./graphql').TokenPairFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
