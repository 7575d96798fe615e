/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where another party is right the books follow. */
export type DifferenceDecision =
  | 'CHANNEL_IS_RIGHT'
  | 'EXPLAINED'
  | 'LEDGER_IS_RIGHT'
  | 'OPERATOR_IS_RIGHT';

/** What it is about: a channel's step, or an operator's bill. */
export type DifferenceEntry =
  | 'BILL'
  | 'CAPTURE'
  | 'FEE'
  | 'FUND'
  | 'REFUND'
  | 'SPLIT'
  | 'SPLIT_RETURN';

/** How the parties differ. */
export type DifferenceKind =
  | 'AMOUNT'
  | 'CHANGED'
  | 'CHANNEL_ONLY'
  | 'LEDGER_ONLY'
  | 'OPERATOR_ONLY'
  | 'OURS_ONLY'
  | 'SUB_MERCHANT'
  | 'UNSPLIT';

/** Whether somebody has decided. */
export type DifferenceState =
  | 'DECIDED'
  | 'OPEN';

/** What a person may be; everybody with an account is a driver. */
export type Role =
  | 'ADMINISTRATOR'
  | 'AUDITOR'
  | 'DRIVER'
  | 'OPERATOR_STAFF'
  | 'SUPERVISOR';

export type TokensFragment = { accessToken: string, refreshToken: string, expiresInS: number };

export type OfficeChallengeMutationVariables = Exact<{ [key: string]: never; }>;


export type OfficeChallengeMutation = { passkeyChallenge: string };

export type OfficePasskeyMutationVariables = Exact<{
  credential: string;
}>;


export type OfficePasskeyMutation = { signInByPasskey: { accessToken: string, refreshToken: string, expiresInS: number } };

export type OfficeCodeMutationVariables = Exact<{
  phone: string;
}>;


export type OfficeCodeMutation = { requestCode: { challenge: string } };

export type OfficeSignInMutationVariables = Exact<{
  challenge: string;
  code: string;
}>;


export type OfficeSignInMutation = { signIn: { accessToken: string, refreshToken: string, expiresInS: number } };

export type OfficeRefreshMutationVariables = Exact<{
  refreshToken: string;
}>;


export type OfficeRefreshMutation = { refresh: { accessToken: string, refreshToken: string, expiresInS: number } };

export type OfficeSignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type OfficeSignOutMutation = { signOut: number };

export type OfficeMeQueryVariables = Exact<{ [key: string]: never; }>;


export type OfficeMeQuery = { me: { id: string, phone: string, roles: Array<Role> } | null };

export type RowFragment = { id: string, kind: DifferenceKind, entry: DifferenceEntry, channel: string | null, operator: string | null, order: string | null, ref: string, day: string, channelFen: number | null, ledgerFen: number | null, operatorFen: number | null, raw: string, decision: DifferenceDecision | null, decidedAt: string | null, note: string | null, allowed: Array<DifferenceDecision> };

export type DifferencesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  state?: DifferenceState | null | undefined;
}>;


export type DifferencesQuery = { differences: { nodes: Array<{ id: string, kind: DifferenceKind, entry: DifferenceEntry, channel: string | null, operator: string | null, order: string | null, ref: string, day: string, channelFen: number | null, ledgerFen: number | null, operatorFen: number | null, raw: string, decision: DifferenceDecision | null, decidedAt: string | null, note: string | null, allowed: Array<DifferenceDecision> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type DecideMutationVariables = Exact<{
  id: string;
  decision: DifferenceDecision;
  note: string;
}>;


export type DecideMutation = { decideDifference: { id: string, kind: DifferenceKind, entry: DifferenceEntry, channel: string | null, operator: string | null, order: string | null, ref: string, day: string, channelFen: number | null, ledgerFen: number | null, operatorFen: number | null, raw: string, decision: DifferenceDecision | null, decidedAt: string | null, note: string | null, allowed: Array<DifferenceDecision> } };

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
export const TokensFragmentDoc = new TypedDocumentString(`
    fragment Tokens on Tokens {
  accessToken
  refreshToken
  expiresInS
}
    `, {"fragmentName":"Tokens"}) as unknown as TypedDocumentString<TokensFragment, unknown>;
export const RowFragmentDoc = new TypedDocumentString(`
    fragment Row on Difference {
  id
  kind
  entry
  channel
  operator
  order
  ref
  day
  channelFen
  ledgerFen
  operatorFen
  raw
  decision
  decidedAt
  note
  allowed
}
    `, {"fragmentName":"Row"}) as unknown as TypedDocumentString<RowFragment, unknown>;
export const OfficeChallengeDocument = new TypedDocumentString(`
    mutation OfficeChallenge {
  passkeyChallenge
}
    `, {"hash":"sha256:e0ed0a4ada935e2a2573926be4602e7c6d9b6b52347099d4b3f9f62d59e5167d"}) as unknown as TypedDocumentString<OfficeChallengeMutation, OfficeChallengeMutationVariables>;
export const OfficePasskeyDocument = new TypedDocumentString(`
    mutation OfficePasskey($credential: String!) {
  signInByPasskey(credential: $credential, device: "office") {
    ...Tokens
  }
}
    fragment Tokens on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:77984eacdd3e8432de27060e71fc8c54659cca3a05aeef0e932571eb77cac45e"}) as unknown as TypedDocumentString<OfficePasskeyMutation, OfficePasskeyMutationVariables>;
export const OfficeCodeDocument = new TypedDocumentString(`
    mutation OfficeCode($phone: String!) {
  requestCode(phone: $phone) {
    challenge
  }
}
    `, {"hash":"sha256:79226a06d85e3d4e97c0b3dd7db31e6f852a9d58f29f2e550288455f998060ac"}) as unknown as TypedDocumentString<OfficeCodeMutation, OfficeCodeMutationVariables>;
export const OfficeSignInDocument = new TypedDocumentString(`
    mutation OfficeSignIn($challenge: String!, $code: String!) {
  signIn(challenge: $challenge, code: $code, device: "office") {
    ...Tokens
  }
}
    fragment Tokens on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:834d98a4c2e191f16db3a67bf9fdff88aaddb32078ffcd5ff8c17209e73b29bd"}) as unknown as TypedDocumentString<OfficeSignInMutation, OfficeSignInMutationVariables>;
export const OfficeRefreshDocument = new TypedDocumentString(`
    mutation OfficeRefresh($refreshToken: String!) {
  refresh(refreshToken: $refreshToken) {
    ...Tokens
  }
}
    fragment Tokens on Tokens {
  accessToken
  refreshToken
  expiresInS
}`, {"hash":"sha256:6ebe2dfb4c9b821e4724d8a02728074e4518a4d6bceefe72259ab6cd109bf719"}) as unknown as TypedDocumentString<OfficeRefreshMutation, OfficeRefreshMutationVariables>;
export const OfficeSignOutDocument = new TypedDocumentString(`
    mutation OfficeSignOut {
  signOut
}
    `, {"hash":"sha256:b5e06477df22830d99a5901bfcd5990dc38a43cc5d207af95488a15d3dd9dda4"}) as unknown as TypedDocumentString<OfficeSignOutMutation, OfficeSignOutMutationVariables>;
export const OfficeMeDocument = new TypedDocumentString(`
    query OfficeMe {
  me {
    id
    phone
    roles
  }
}
    `, {"hash":"sha256:92edee13a43c4b83b2b885b17c646c70ca33c1c7c3545e8e9f96a502e81fd47d"}) as unknown as TypedDocumentString<OfficeMeQuery, OfficeMeQueryVariables>;
export const DifferencesDocument = new TypedDocumentString(`
    query Differences($first: Int!, $after: String, $state: DifferenceState) {
  differences(first: $first, after: $after, state: $state) {
    nodes {
      ...Row
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Row on Difference {
  id
  kind
  entry
  channel
  operator
  order
  ref
  day
  channelFen
  ledgerFen
  operatorFen
  raw
  decision
  decidedAt
  note
  allowed
}`, {"hash":"sha256:040ff67dec08b5cb78a1d88d9fa1bf0179954ddb622c11da38daa8933c92b635"}) as unknown as TypedDocumentString<DifferencesQuery, DifferencesQueryVariables>;
export const DecideDocument = new TypedDocumentString(`
    mutation Decide($id: ID!, $decision: DifferenceDecision!, $note: String!) {
  decideDifference(id: $id, decision: $decision, note: $note) {
    ...Row
  }
}
    fragment Row on Difference {
  id
  kind
  entry
  channel
  operator
  order
  ref
  day
  channelFen
  ledgerFen
  operatorFen
  raw
  decision
  decidedAt
  note
  allowed
}`, {"hash":"sha256:cfc45af0fb15cb91fdc9c30d84fe91d014887b5fad3ed9fb3e3f8c0bb2e3ea23"}) as unknown as TypedDocumentString<DecideMutation, DecideMutationVariables>;