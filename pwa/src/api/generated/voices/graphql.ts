/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** About one order of one's own, one station or one operator; at most 1,000 characters. */
export type ComplaintInput = {
  idempotencyKey: string;
  kind: ComplaintKind;
  operator?: string | null | undefined;
  order?: string | null | undefined;
  stationId?: string | null | undefined;
  text: string;
};

/** What a complaint is about. */
export type ComplaintKind =
  | 'ACCESS'
  | 'BILLING'
  | 'BLOCKED_BAY'
  | 'FAULT'
  | 'OTHER';

/** Where a complaint stands. */
export type ComplaintState =
  | 'ANSWERED'
  | 'APPEALED'
  | 'CLOSED'
  | 'ESCALATED'
  | 'OPEN'
  | 'REJECTED'
  | 'UPHELD'
  | 'WITHDRAWN';

/** How it was at a station; one voice a person, station and day. */
export type RateInput = {
  accuracyM?: number | null | undefined;
  code: VoiceCode;
  evseId?: string | null | undefined;
  idempotencyKey: string;
  lat?: number | null | undefined;
  lon?: number | null | undefined;
  note?: string | null | undefined;
  stars?: number | null | undefined;
  stationId: string;
};

/** How it went. */
export type VoiceCode =
  | 'CHARGED'
  | 'NOT_FOUND'
  | 'NO_ENTRY'
  | 'PRICE_DIFFERS'
  | 'SLOW'
  | 'WOULD_NOT_START';

export type StationVoicesQueryVariables = Exact<{
  id: string;
}>;


export type StationVoicesQuery = { station: { id: string, experience: { voices: number, stars: number | null, starred: number, shares: Array<{ code: VoiceCode, percent: number }> } | null } | null };

export type RateStationMutationVariables = Exact<{
  input: RateInput;
}>;


export type RateStationMutation = { rateStation: { id: string, code: VoiceCode, why: string } };

export type ComplaintShownFragment = { id: string, kind: ComplaintKind, state: ComplaintState, stationName: string | null, operator: string, order: string | null, text: string | null, madeAt: string, answerBy: string, escalatedAt: string | null, answer: string | null, answeredAt: string | null, bySupervisor: boolean, appealBy: string | null, appeal: string | null, appealedAt: string | null, decision: string | null, endedAt: string | null };

export type MyComplaintsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type MyComplaintsQuery = { complaints: { nodes: Array<{ id: string, kind: ComplaintKind, state: ComplaintState, stationName: string | null, operator: string, order: string | null, text: string | null, madeAt: string, answerBy: string, escalatedAt: string | null, answer: string | null, answeredAt: string | null, bySupervisor: boolean, appealBy: string | null, appeal: string | null, appealedAt: string | null, decision: string | null, endedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ComplainMutationVariables = Exact<{
  input: ComplaintInput;
}>;


export type ComplainMutation = { complain: { id: string, kind: ComplaintKind, state: ComplaintState, stationName: string | null, operator: string, order: string | null, text: string | null, madeAt: string, answerBy: string, escalatedAt: string | null, answer: string | null, answeredAt: string | null, bySupervisor: boolean, appealBy: string | null, appeal: string | null, appealedAt: string | null, decision: string | null, endedAt: string | null } };

export type AppealMutationVariables = Exact<{
  id: string;
  text: string;
  idempotencyKey: string;
}>;


export type AppealMutation = { appeal: { id: string, kind: ComplaintKind, state: ComplaintState, stationName: string | null, operator: string, order: string | null, text: string | null, madeAt: string, answerBy: string, escalatedAt: string | null, answer: string | null, answeredAt: string | null, bySupervisor: boolean, appealBy: string | null, appeal: string | null, appealedAt: string | null, decision: string | null, endedAt: string | null } };

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
export const ComplaintShownFragmentDoc = new TypedDocumentString(`
    fragment ComplaintShown on Complaint {
  id
  kind
  state
  stationName
  operator
  order
  text
  madeAt
  answerBy
  escalatedAt
  answer
  answeredAt
  bySupervisor
  appealBy
  appeal
  appealedAt
  decision
  endedAt
}
    `, {"fragmentName":"ComplaintShown"}) as unknown as TypedDocumentString<ComplaintShownFragment, unknown>;
export const StationVoicesDocument = new TypedDocumentString(`
    query StationVoices($id: ID!) {
  station(id: $id) {
    id
    experience {
      voices
      stars
      starred
      shares {
        code
        percent
      }
    }
  }
}
    `, {"hash":"sha256:8667930562cb091214e9b0f3942492dd5cb9536a382287936cea676427f3ef67"}) as unknown as TypedDocumentString<StationVoicesQuery, StationVoicesQueryVariables>;
export const RateStationDocument = new TypedDocumentString(`
    mutation RateStation($input: RateInput!) {
  rateStation(input: $input) {
    id
    code
    why
  }
}
    `, {"hash":"sha256:66b64ff6657ee2cdf3b0c2931f4e90c02155cfb48efcb644dcac1cb172f851bd"}) as unknown as TypedDocumentString<RateStationMutation, RateStationMutationVariables>;
export const MyComplaintsDocument = new TypedDocumentString(`
    query MyComplaints($first: Int!, $after: String) {
  complaints(first: $first, after: $after) {
    nodes {
      ...ComplaintShown
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ComplaintShown on Complaint {
  id
  kind
  state
  stationName
  operator
  order
  text
  madeAt
  answerBy
  escalatedAt
  answer
  answeredAt
  bySupervisor
  appealBy
  appeal
  appealedAt
  decision
  endedAt
}`, {"hash":"sha256:67ca4ba1d59fde089b9b64d521e8608ce04f16c4e2143528ec6eadc69ff436f4"}) as unknown as TypedDocumentString<MyComplaintsQuery, MyComplaintsQueryVariables>;
export const ComplainDocument = new TypedDocumentString(`
    mutation Complain($input: ComplaintInput!) {
  complain(input: $input) {
    ...ComplaintShown
  }
}
    fragment ComplaintShown on Complaint {
  id
  kind
  state
  stationName
  operator
  order
  text
  madeAt
  answerBy
  escalatedAt
  answer
  answeredAt
  bySupervisor
  appealBy
  appeal
  appealedAt
  decision
  endedAt
}`, {"hash":"sha256:22c2e08f8adabcb389c9aaf1450631927275c9c2c602ce3730dddf893732deee"}) as unknown as TypedDocumentString<ComplainMutation, ComplainMutationVariables>;
export const AppealDocument = new TypedDocumentString(`
    mutation Appeal($id: ID!, $text: String!, $idempotencyKey: String!) {
  appeal(id: $id, text: $text, idempotencyKey: $idempotencyKey) {
    ...ComplaintShown
  }
}
    fragment ComplaintShown on Complaint {
  id
  kind
  state
  stationName
  operator
  order
  text
  madeAt
  answerBy
  escalatedAt
  answer
  answeredAt
  bySupervisor
  appealBy
  appeal
  appealedAt
  decision
  endedAt
}`, {"hash":"sha256:1decb120966ab5a2ddd659756c0df28af9016ef8b03304b6df425f4096d1da4d"}) as unknown as TypedDocumentString<AppealMutation, AppealMutationVariables>;