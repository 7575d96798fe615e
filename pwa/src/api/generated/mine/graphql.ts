/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type TokenPairFragment = { accessToken: string, refreshToken: string, expiresInS: number };

export type RequestCodeMutationVariables = Exact<{
  phone: string;
}>;


export type RequestCodeMutation = { requestCode: { challenge: string, expiresInS: number, againInS: number } };

export type SignInMutationVariables = Exact<{
  challenge: string;
  code: string;
  device: string;
}>;


export type SignInMutation = { signIn: { accessToken: string, refreshToken: string, expiresInS: number } };

export type RefreshMutationVariables = Exact<{
  refreshToken: string;
}>;


export type RefreshMutation = { refresh: { accessToken: string, refreshToken: string, expiresInS: number } };

export type SignOutMutationVariables = Exact<{
  everywhere: boolean;
}>;


export type SignOutMutation = { signOut: number };

export type SignOutDeviceMutationVariables = Exact<{
  id: string;
}>;


export type SignOutDeviceMutation = { signOutDevice: number };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, phone: string, since: string, devices: Array<{ id: string, name: string, since: string, seenAt: string, current: boolean }>, vehicles: Array<{ id: string, vin: string | null, plate: string, newEnergy: boolean, addedAt: string }>, passkeys: Array<{ id: string, addedAt: string, usedAt: string | null }> } | null };

export type AddVehicleMutationVariables = Exact<{
  plate: string;
  vin?: string | null | undefined;
}>;


export type AddVehicleMutation = { addVehicle: { id: string } };

export type RemoveVehicleMutationVariables = Exact<{
  id: string;
}>;


export type RemoveVehicleMutation = { removeVehicle: boolean };

export type PasskeyOptionsMutationVariables = Exact<{ [key: string]: never; }>;


export type PasskeyOptionsMutation = { passkeyOptions: string };

export type AddPasskeyMutationVariables = Exact<{
  credential: string;
}>;


export type AddPasskeyMutation = { addPasskey: { id: string } };

export type RemovePasskeyMutationVariables = Exact<{
  id: string;
}>;


export type RemovePasskeyMutation = { removePasskey: boolean };

export type PasskeyChallengeMutationVariables = Exact<{ [key: string]: never; }>;


export type PasskeyChallengeMutation = { passkeyChallenge: string };

export type SignInByPasskeyMutationVariables = Exact<{
  credential: string;
  device: string;
}>;


export type SignInByPasskeyMutation = { signInByPasskey: { accessToken: string, refreshToken: string, expiresInS: number } };

export type ExportMyDataMutationVariables = Exact<{ [key: string]: never; }>;


export type ExportMyDataMutation = { exportMyData: string };

export type EraseMeMutationVariables = Exact<{
  challenge: string;
  code: string;
}>;


export type EraseMeMutation = { eraseMe: boolean };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const TokenPairFragmentDoc = new TypedDocumentString(`
    fragment TokenPair on Tokens {
  accessToken
  refreshToken
  expiresInS
}
    `, {"fragmentName":"TokenPair"}) as unknown as TypedDocumentString<TokenPairFragment, unknown>;
export const RequestCodeDocument = new TypedDocumentString(`
    mutation RequestCode($phone: String!) {
  requestCode(phone: $phone) {
    challenge
    expiresInS
    againInS
  }
}
    `, {"hash":"sha256:1f39541d5f26988848a88d30ff0c035f6836e5540aaf10d78dfe7533c7cb1f0f"}) as unknown as TypedDocumentString<RequestCodeMutation, RequestCodeMutationVariables>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($challenge: String!, $code: String!, $device: String!) {
  signIn(challenge: $challenge, code: $code, device: $device) {
    ...TokenPair
  }
}
    fragment TokenPair on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:55afd04bcc9fc1c4fa33cf3b49a37d5a243c036b62b68e3f7b8c2e41211b5350"}) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const RefreshDocument = new TypedDocumentString(`
    mutation Refresh($refreshToken: String!) {
  refresh(refreshToken: $refreshToken) {
    ...TokenPair
  }
}
    fragment TokenPair on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:4697bcb2a4c118b4c5db67c7578eac4f3784de78f30a4ffb989ec3b1fb8f5d22"}) as unknown as TypedDocumentString<RefreshMutation, RefreshMutationVariables>;
export const SignOutDocument = new TypedDocumentString(`
    mutation SignOut($everywhere: Boolean!) {
  signOut(everywhere: $everywhere)
}
    `, {"hash":"sha256:49894ee7bfee3a88cc19590d07c93c0e1661419b6f0392bb3631b44c73e33ec8"}) as unknown as TypedDocumentString<SignOutMutation, SignOutMutationVariables>;
export const SignOutDeviceDocument = new TypedDocumentString(`
    mutation SignOutDevice($id: ID!) {
  signOutDevice(id: $id)
}
    `, {"hash":"sha256:67e89fd5698891357f2bdd11a83e17d7989d8ffd2e104ae35d804ae262ef918d"}) as unknown as TypedDocumentString<SignOutDeviceMutation, SignOutDeviceMutationVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    id
    phone
    since
    devices {
      id
      name
      since
      seenAt
      current
    }
    vehicles {
      id
      vin
      plate
      newEnergy
      addedAt
    }
    passkeys {
      id
      addedAt
      usedAt
    }
  }
}
    `, {"hash":"sha256:e0306feb2ccdca36869038732edaa7763d74c7f3e9d7f6c257b364052544e28b"}) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const AddVehicleDocument = new TypedDocumentString(`
    mutation AddVehicle($plate: String!, $vin: String) {
  addVehicle(plate: $plate, vin: $vin) {
    id
  }
}
    `, {"hash":"sha256:2f889a9ac85cf8ea88ea9178421869af2ba3813e24585c1aa21823a0cf2b78d1"}) as unknown as TypedDocumentString<AddVehicleMutation, AddVehicleMutationVariables>;
export const RemoveVehicleDocument = new TypedDocumentString(`
    mutation RemoveVehicle($id: ID!) {
  removeVehicle(id: $id)
}
    `, {"hash":"sha256:1b4107765e430878c06177a5e82f65c24df8530d51782bdbda560b869b49537d"}) as unknown as TypedDocumentString<RemoveVehicleMutation, RemoveVehicleMutationVariables>;
export const PasskeyOptionsDocument = new TypedDocumentString(`
    mutation PasskeyOptions {
  passkeyOptions
}
    `, {"hash":"sha256:2ee85f802c85383bccf52c5c1370771f5af58e575ec2a8d0383b0b3c6a89db0f"}) as unknown as TypedDocumentString<PasskeyOptionsMutation, PasskeyOptionsMutationVariables>;
export const AddPasskeyDocument = new TypedDocumentString(`
    mutation AddPasskey($credential: String!) {
  addPasskey(credential: $credential) {
    id
  }
}
    `, {"hash":"sha256:fed547e5ba9e20a20949062e1d08f97990baaa41273280c8282ce1e0a1cb8055"}) as unknown as TypedDocumentString<AddPasskeyMutation, AddPasskeyMutationVariables>;
export const RemovePasskeyDocument = new TypedDocumentString(`
    mutation RemovePasskey($id: ID!) {
  removePasskey(id: $id)
}
    `, {"hash":"sha256:d58cbcf230325ca410a24807ad1b01cafa763a789fb2d48fd1f1f692ad9dc10b"}) as unknown as TypedDocumentString<RemovePasskeyMutation, RemovePasskeyMutationVariables>;
export const PasskeyChallengeDocument = new TypedDocumentString(`
    mutation PasskeyChallenge {
  passkeyChallenge
}
    `, {"hash":"sha256:9caa62e9b59039cb35718bd51e6c70146df3f935cd7fa87bad332dd3b9aa0189"}) as unknown as TypedDocumentString<PasskeyChallengeMutation, PasskeyChallengeMutationVariables>;
export const SignInByPasskeyDocument = new TypedDocumentString(`
    mutation SignInByPasskey($credential: String!, $device: String!) {
  signInByPasskey(credential: $credential, device: $device) {
    ...TokenPair
  }
}
    fragment TokenPair on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:e3a4a299f6ebc4b6571ff6ee291d890b157d897381887326dab5eed20d603d37"}) as unknown as TypedDocumentString<SignInByPasskeyMutation, SignInByPasskeyMutationVariables>;
export const ExportMyDataDocument = new TypedDocumentString(`
    mutation ExportMyData {
  exportMyData
}
    `, {"hash":"sha256:928e76ffee6fab39008d3097f971d05bb543bac1ace3a34c7f1443cfe958a4e5"}) as unknown as TypedDocumentString<ExportMyDataMutation, ExportMyDataMutationVariables>;
export const EraseMeDocument = new TypedDocumentString(`
    mutation EraseMe($challenge: String!, $code: String!) {
  eraseMe(challenge: $challenge, code: $code)
}
    `, {"hash":"sha256:70020ed7c035cd6ea7067320feb6007ada2275cca9738030ec14e9c374acf39e"}) as unknown as TypedDocumentString<EraseMeMutation, EraseMeMutationVariables>;