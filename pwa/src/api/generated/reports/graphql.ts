/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Said at the bay; `seenAt` at most two hours ago, from within 300 m of the station. */
export type BayReportInput = {
  accuracyM?: number | null | undefined;
  evseId: string;
  idempotencyKey: string;
  kind: BayReportKind;
  lat: number;
  lon: number;
  photo?: string | null | undefined;
  plate?: string | null | undefined;
  seenAt: string;
};

/** What stands in the bay. */
export type BayReportKind =
  | 'FUEL_CAR'
  | 'PARKED_NOT_CHARGING';

/** What became of a report. */
export type BayReportState =
  | 'CLEARED'
  | 'CONFIRMED'
  | 'EXPIRED'
  | 'REFUSED'
  | 'WAITING';

export type BayReportRowFragment = { id: string, stationId: string, stationName: string, evseId: string, kind: BayReportKind, clear: boolean, state: BayReportState, seenAt: string, until: string | null, reason: string | null };

export type ReportBayMutationVariables = Exact<{
  input: BayReportInput;
}>;


export type ReportBayMutation = { reportBay: { id: string, stationId: string, stationName: string, evseId: string, kind: BayReportKind, clear: boolean, state: BayReportState, seenAt: string, until: string | null, reason: string | null } };

export type BayIsClearMutationVariables = Exact<{
  evseId: string;
  seenAt: string;
  lat: number;
  lon: number;
  accuracyM?: number | null | undefined;
  idempotencyKey: string;
}>;


export type BayIsClearMutation = { bayIsClear: { id: string, stationId: string, stationName: string, evseId: string, kind: BayReportKind, clear: boolean, state: BayReportState, seenAt: string, until: string | null, reason: string | null } };

export type MyBayReportsQueryVariables = Exact<{
  first: number;
}>;


export type MyBayReportsQuery = { myBayReports: Array<{ id: string, stationId: string, stationName: string, evseId: string, kind: BayReportKind, clear: boolean, state: BayReportState, seenAt: string, until: string | null, reason: string | null }> };

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
export const BayReportRowFragmentDoc = new TypedDocumentString(`
    fragment BayReportRow on BayReport {
  id
  stationId
  stationName
  evseId
  kind
  clear
  state
  seenAt
  until
  reason
}
    `, {"fragmentName":"BayReportRow"}) as unknown as TypedDocumentString<BayReportRowFragment, unknown>;
export const ReportBayDocument = new TypedDocumentString(`
    mutation ReportBay($input: BayReportInput!) {
  reportBay(input: $input) {
    ...BayReportRow
  }
}
    fragment BayReportRow on BayReport {
  id
  stationId
  stationName
  evseId
  kind
  clear
  state
  seenAt
  until
  reason
}`, {"hash":"sha256:977a7ed8af66d2a87f384ae814ce177e4b419cb3c19f86906905c906dcddbd94"}) as unknown as TypedDocumentString<ReportBayMutation, ReportBayMutationVariables>;
export const BayIsClearDocument = new TypedDocumentString(`
    mutation BayIsClear($evseId: ID!, $seenAt: DateTime!, $lat: Float!, $lon: Float!, $accuracyM: Float, $idempotencyKey: String!) {
  bayIsClear(
    evseId: $evseId
    seenAt: $seenAt
    lat: $lat
    lon: $lon
    accuracyM: $accuracyM
    idempotencyKey: $idempotencyKey
  ) {
    ...BayReportRow
  }
}
    fragment BayReportRow on BayReport {
  id
  stationId
  stationName
  evseId
  kind
  clear
  state
  seenAt
  until
  reason
}`, {"hash":"sha256:44c68e56f0a484a34337b2528e7b8b33c4fdcc42c4b325fbd428e2500741a3e7"}) as unknown as TypedDocumentString<BayIsClearMutation, BayIsClearMutationVariables>;
export const MyBayReportsDocument = new TypedDocumentString(`
    query MyBayReports($first: Int!) {
  myBayReports(first: $first) {
    ...BayReportRow
  }
}
    fragment BayReportRow on BayReport {
  id
  stationId
  stationName
  evseId
  kind
  clear
  state
  seenAt
  until
  reason
}`, {"hash":"sha256:72f8bdc0082081f866e4b61933598036b5141fa330d5b8f3b3a5a80aa526c200"}) as unknown as TypedDocumentString<MyBayReportsQuery, MyBayReportsQueryVariables>;