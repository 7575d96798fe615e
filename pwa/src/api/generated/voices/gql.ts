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
    "query StationVoices($id: ID!) {\n  station(id: $id) {\n    id\n    experience {\n      voices\n      stars\n      starred\n      shares {\n        code\n        percent\n      }\n    }\n  }\n}\n\nmutation RateStation($input: RateInput!) {\n  rateStation(input: $input) {\n    id\n    code\n    why\n  }\n}\n\nfragment ComplaintShown on Complaint {\n  id\n  kind\n  state\n  stationName\n  operator\n  order\n  text\n  madeAt\n  answerBy\n  escalatedAt\n  answer\n  answeredAt\n  bySupervisor\n  appealBy\n  appeal\n  appealedAt\n  decision\n  endedAt\n}\n\nquery MyComplaints($first: Int!, $after: String) {\n  complaints(first: $first, after: $after) {\n    nodes {\n      ...ComplaintShown\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation Complain($input: ComplaintInput!) {\n  complain(input: $input) {\n    ...ComplaintShown\n  }\n}\n\nmutation Appeal($id: ID!, $text: String!, $idempotencyKey: String!) {\n  appeal(id: $id, text: $text, idempotencyKey: $idempotencyKey) {\n    ...ComplaintShown\n  }\n}": typeof types.StationVoicesDocument,
};
const documents: Documents = {
    "query StationVoices($id: ID!) {\n  station(id: $id) {\n    id\n    experience {\n      voices\n      stars\n      starred\n      shares {\n        code\n        percent\n      }\n    }\n  }\n}\n\nmutation RateStation($input: RateInput!) {\n  rateStation(input: $input) {\n    id\n    code\n    why\n  }\n}\n\nfragment ComplaintShown on Complaint {\n  id\n  kind\n  state\n  stationName\n  operator\n  order\n  text\n  madeAt\n  answerBy\n  escalatedAt\n  answer\n  answeredAt\n  bySupervisor\n  appealBy\n  appeal\n  appealedAt\n  decision\n  endedAt\n}\n\nquery MyComplaints($first: Int!, $after: String) {\n  complaints(first: $first, after: $after) {\n    nodes {\n      ...ComplaintShown\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation Complain($input: ComplaintInput!) {\n  complain(input: $input) {\n    ...ComplaintShown\n  }\n}\n\nmutation Appeal($id: ID!, $text: String!, $idempotencyKey: String!) {\n  appeal(id: $id, text: $text, idempotencyKey: $idempotencyKey) {\n    ...ComplaintShown\n  }\n}": types.StationVoicesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query StationVoices($id: ID!) {\n  station(id: $id) {\n    id\n    experience {\n      voices\n      stars\n      starred\n      shares {\n        code\n        percent\n      }\n    }\n  }\n}\n\nmutation RateStation($input: RateInput!) {\n  rateStation(input: $input) {\n    id\n    code\n    why\n  }\n}\n\nfragment ComplaintShown on Complaint {\n  id\n  kind\n  state\n  stationName\n  operator\n  order\n  text\n  madeAt\n  answerBy\n  escalatedAt\n  answer\n  answeredAt\n  bySupervisor\n  appealBy\n  appeal\n  appealedAt\n  decision\n  endedAt\n}\n\nquery MyComplaints($first: Int!, $after: String) {\n  complaints(first: $first, after: $after) {\n    nodes {\n      ...ComplaintShown\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation Complain($input: ComplaintInput!) {\n  complain(input: $input) {\n    ...ComplaintShown\n  }\n}\n\nmutation Appeal($id: ID!, $text: String!, $idempotencyKey: String!) {\n  appeal(id: $id, text: $text, idempotencyKey: $idempotencyKey) {\n    ...ComplaintShown\n  }\n}"): typeof import('./graphql').StationVoicesDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
