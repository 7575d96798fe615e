/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** `ticket`, `code`, `state`: of `beginLink` at the channel's own sign-in; none for a practice channel. */
export type AgreementInput = {
  capFen: number;
  channel: string;
  code?: string;
  standing?: boolean;
  state?: string;
  ticket?: string;
};

/** Whether a car charges by the plug. */
export type BindingState =
  | 'ACTIVE'
  | 'PROVING'
  | 'SUSPENDED';

/** How a person decided. */
export type CaseDecision =
  | 'CLAIMANT'
  | 'ENDED'
  | 'HOLDER'
  | 'RESUMED';

/** What a person has to decide. */
export type CaseKind =
  | 'CLAIM'
  | 'NOT_ME';

/** What a phone is told. */
export type NoticeKind =
  | 'BINDING_PROVEN'
  | 'BINDING_SUSPENDED'
  | 'CLAIM_REFUSED'
  | 'PLUG_STARTED'
  | 'VEHICLE_FREE'
  | 'VEHICLE_LOST';

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


export type MeQuery = { me: { id: string, phone: string, since: string, providers: Array<string>, sharesPlate: boolean | null, devices: Array<{ id: string, name: string, since: string, seenAt: string, current: boolean }>, vehicles: Array<{ id: string, vin: string | null, plate: string, newEnergy: boolean, addedAt: string }>, passkeys: Array<{ id: string, addedAt: string, usedAt: string | null }>, agreements: Array<{ id: string, channel: string, standing: boolean, capFen: number, createdAt: string, endedAt: string | null }>, bindings: Array<{ vehicle: string, agreement: string, state: BindingState }>, notices: Array<{ id: string, kind: NoticeKind, text: string, order: string | null, at: string, read: boolean }>, plugCases: Array<{ id: string, kind: CaseKind, openedAt: string, decision: CaseDecision | null }> } | null };

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

export type AddAgreementMutationVariables = Exact<{
  ask: AgreementInput;
}>;


export type AddAgreementMutation = { addAgreement: { id: string } };

export type EndAgreementMutationVariables = Exact<{
  id: string;
}>;


export type EndAgreementMutation = { endAgreement: { id: string } };

export type SignInProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type SignInProvidersQuery = { signInProviders: Array<{ id: string, name: string }> };

export type BeginLinkMutationVariables = Exact<{
  provider: string;
}>;


export type BeginLinkMutation = { beginLink: { url: string, ticket: string } };

export type LinkProviderMutationVariables = Exact<{
  ticket: string;
  code: string;
  state: string;
}>;


export type LinkProviderMutation = { linkProvider: boolean };

export type UnlinkProviderMutationVariables = Exact<{
  provider: string;
}>;


export type UnlinkProviderMutation = { unlinkProvider: boolean };

export type BeginAtProviderMutationVariables = Exact<{
  provider: string;
}>;


export type BeginAtProviderMutation = { beginAtProvider: { url: string, ticket: string } };

export type SignInAtProviderMutationVariables = Exact<{
  ticket: string;
  code: string;
  state: string;
  device: string;
}>;


export type SignInAtProviderMutation = { signInAtProvider: { accessToken: string, refreshToken: string, expiresInS: number } };

export type BindVehicleMutationVariables = Exact<{
  vehicle: string;
  agreement: string;
}>;


export type BindVehicleMutation = { bindVehicle: { vehicle: string } };

export type UnbindVehicleMutationVariables = Exact<{
  vehicle: string;
}>;


export type UnbindVehicleMutation = { unbindVehicle: boolean };

export type SharePlateMutationVariables = Exact<{
  agreed: boolean;
}>;


export type SharePlateMutation = { sharePlate: boolean };

export type ClaimVehicleMutationVariables = Exact<{
  vin: string;
}>;


export type ClaimVehicleMutation = { claimVehicle: { id: string } };

export type NotMeMutationVariables = Exact<{
  order: string;
}>;


export type NotMeMutation = { notMe: { id: string } };

export type ReadNoticesMutationVariables = Exact<{
  upTo: string;
}>;


export type ReadNoticesMutation = { readNotices: number };

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
    agreements {
      id
      channel
      standing
      capFen
      createdAt
      endedAt
    }
    bindings {
      vehicle
      agreement
      state
    }
    notices {
      id
      kind
      text
      order
      at
      read
    }
    providers
    sharesPlate
    plugCases {
      id
      kind
      openedAt
      decision
    }
  }
}
    `, {"hash":"sha256:7190023e1ee9733b71629538909db6d6f3b572d115114a3f6bfbabd9c30d4773"}) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
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
export const AddAgreementDocument = new TypedDocumentString(`
    mutation AddAgreement($ask: AgreementInput!) {
  addAgreement(ask: $ask) {
    id
  }
}
    `, {"hash":"sha256:c25442c7645ee3cf7cf0de7d356017a9c322a7b13277d01e362bcaa8027a7f5d"}) as unknown as TypedDocumentString<AddAgreementMutation, AddAgreementMutationVariables>;
export const EndAgreementDocument = new TypedDocumentString(`
    mutation EndAgreement($id: ID!) {
  endAgreement(id: $id) {
    id
  }
}
    `, {"hash":"sha256:fb1a2d06e981b3d4d6dac4d5d470d472b9d59961d95716f1e9e7fefac0f463cc"}) as unknown as TypedDocumentString<EndAgreementMutation, EndAgreementMutationVariables>;
export const SignInProvidersDocument = new TypedDocumentString(`
    query SignInProviders {
  signInProviders {
    id
    name
  }
}
    `, {"hash":"sha256:cfb9902eee342fc5cf9e1acde329c9f0a716740af763589e7d7cc2e81cb523aa"}) as unknown as TypedDocumentString<SignInProvidersQuery, SignInProvidersQueryVariables>;
export const BeginLinkDocument = new TypedDocumentString(`
    mutation BeginLink($provider: ID!) {
  beginLink(provider: $provider) {
    url
    ticket
  }
}
    `, {"hash":"sha256:5bdaba54745918d6371aad9ffebc6968b332c804843003ed0d69d0fa3b13980e"}) as unknown as TypedDocumentString<BeginLinkMutation, BeginLinkMutationVariables>;
export const LinkProviderDocument = new TypedDocumentString(`
    mutation LinkProvider($ticket: String!, $code: String!, $state: String!) {
  linkProvider(ticket: $ticket, code: $code, state: $state)
}
    `, {"hash":"sha256:40298d0d05326cdd00e9d79794d05781506bfcac93f74e2fa05e44879cf450dd"}) as unknown as TypedDocumentString<LinkProviderMutation, LinkProviderMutationVariables>;
export const UnlinkProviderDocument = new TypedDocumentString(`
    mutation UnlinkProvider($provider: ID!) {
  unlinkProvider(provider: $provider)
}
    `, {"hash":"sha256:1008773bb253849665ebf2652e27b60db342da99fcea69b2c6a8f067c3f70ce5"}) as unknown as TypedDocumentString<UnlinkProviderMutation, UnlinkProviderMutationVariables>;
export const BeginAtProviderDocument = new TypedDocumentString(`
    mutation BeginAtProvider($provider: ID!) {
  beginAtProvider(provider: $provider) {
    url
    ticket
  }
}
    `, {"hash":"sha256:29b1d37cbe0024e11a7539fa7f5b1955ed91aa1ca1907938edd37db21c61fa1c"}) as unknown as TypedDocumentString<BeginAtProviderMutation, BeginAtProviderMutationVariables>;
export const SignInAtProviderDocument = new TypedDocumentString(`
    mutation SignInAtProvider($ticket: String!, $code: String!, $state: String!, $device: String!) {
  signInAtProvider(ticket: $ticket, code: $code, state: $state, device: $device) {
    ...TokenPair
  }
}
    fragment TokenPair on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:890f9a6b949a751b2872c6fddd79d9199337ef4c1f6c443b71f5b6157636536b"}) as unknown as TypedDocumentString<SignInAtProviderMutation, SignInAtProviderMutationVariables>;
export const BindVehicleDocument = new TypedDocumentString(`
    mutation BindVehicle($vehicle: ID!, $agreement: ID!) {
  bindVehicle(vehicle: $vehicle, agreement: $agreement) {
    vehicle
  }
}
    `, {"hash":"sha256:6d270d6b1cda065310a8e902a2c4c351ede6da7ded5871b79a22a7b7e787c40e"}) as unknown as TypedDocumentString<BindVehicleMutation, BindVehicleMutationVariables>;
export const UnbindVehicleDocument = new TypedDocumentString(`
    mutation UnbindVehicle($vehicle: ID!) {
  unbindVehicle(vehicle: $vehicle)
}
    `, {"hash":"sha256:9d3199ea0bda4094ba26f35b029801f88d9fbdbb9c999631e5dd890765f76ac8"}) as unknown as TypedDocumentString<UnbindVehicleMutation, UnbindVehicleMutationVariables>;
export const SharePlateDocument = new TypedDocumentString(`
    mutation SharePlate($agreed: Boolean!) {
  sharePlate(agreed: $agreed)
}
    `, {"hash":"sha256:642e0bf0038c7d79e8346e852d76455a073836dd8730bd42888c41501fa36a3e"}) as unknown as TypedDocumentString<SharePlateMutation, SharePlateMutationVariables>;
export const ClaimVehicleDocument = new TypedDocumentString(`
    mutation ClaimVehicle($vin: String!) {
  claimVehicle(vin: $vin) {
    id
  }
}
    `, {"hash":"sha256:80af2c28d50d876a77516e02a5a9d1629797b68b87051e2b907317ee4313eb09"}) as unknown as TypedDocumentString<ClaimVehicleMutation, ClaimVehicleMutationVariables>;
export const NotMeDocument = new TypedDocumentString(`
    mutation NotMe($order: ID!) {
  notMe(order: $order) {
    id
  }
}
    `, {"hash":"sha256:780d1d60fc388c7245097690a825e0d46fd465678925e8e4106818937381923c"}) as unknown as TypedDocumentString<NotMeMutation, NotMeMutationVariables>;
export const ReadNoticesDocument = new TypedDocumentString(`
    mutation ReadNotices($upTo: ID!) {
  readNotices(upTo: $upTo)
}
    `, {"hash":"sha256:122c4c8257c24ac59ffed66a6295e00b25276c1c427afc4a7b66c31150d6d5dc"}) as unknown as TypedDocumentString<ReadNoticesMutation, ReadNoticesMutationVariables>;