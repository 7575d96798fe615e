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
    "fragment BayReportRow on BayReport {\n  id\n  stationId\n  stationName\n  evseId\n  kind\n  clear\n  state\n  seenAt\n  until\n  reason\n}\n\nmutation ReportBay($input: BayReportInput!) {\n  reportBay(input: $input) {\n    ...BayReportRow\n  }\n}\n\nmutation BayIsClear($evseId: ID!, $seenAt: DateTime!, $lat: Float!, $lon: Float!, $accuracyM: Float, $idempotencyKey: String!) {\n  bayIsClear(\n    evseId: $evseId\n    seenAt: $seenAt\n    lat: $lat\n    lon: $lon\n    accuracyM: $accuracyM\n    idempotencyKey: $idempotencyKey\n  ) {\n    ...BayReportRow\n  }\n}\n\nquery MyBayReports($first: Int!) {\n  myBayReports(first: $first) {\n    ...BayReportRow\n  }\n}": typeof types.BayReportRowFragmentDoc,
};
const documents: Documents = {
    "fragment BayReportRow on BayReport {\n  id\n  stationId\n  stationName\n  evseId\n  kind\n  clear\n  state\n  seenAt\n  until\n  reason\n}\n\nmutation ReportBay($input: BayReportInput!) {\n  reportBay(input: $input) {\n    ...BayReportRow\n  }\n}\n\nmutation BayIsClear($evseId: ID!, $seenAt: DateTime!, $lat: Float!, $lon: Float!, $accuracyM: Float, $idempotencyKey: String!) {\n  bayIsClear(\n    evseId: $evseId\n    seenAt: $seenAt\n    lat: $lat\n    lon: $lon\n    accuracyM: $accuracyM\n    idempotencyKey: $idempotencyKey\n  ) {\n    ...BayReportRow\n  }\n}\n\nquery MyBayReports($first: Int!) {\n  myBayReports(first: $first) {\n    ...BayReportRow\n  }\n}": types.BayReportRowFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment BayReportRow on BayReport {\n  id\n  stationId\n  stationName\n  evseId\n  kind\n  clear\n  state\n  seenAt\n  until\n  reason\n}\n\nmutation ReportBay($input: BayReportInput!) {\n  reportBay(input: $input) {\n    ...BayReportRow\n  }\n}\n\nmutation BayIsClear($evseId: ID!, $seenAt: DateTime!, $lat: Float!, $lon: Float!, $accuracyM: Float, $idempotencyKey: String!) {\n  bayIsClear(\n    evseId: $evseId\n    seenAt: $seenAt\n    lat: $lat\n    lon: $lon\n    accuracyM: $accuracyM\n    idempotencyKey: $idempotencyKey\n  ) {\n    ...BayReportRow\n  }\n}\n\nquery MyBayReports($first: Int!) {\n  myBayReports(first: $first) {\n    ...BayReportRow\n  }\n}"): typeof import('./graphql').BayReportRowFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
