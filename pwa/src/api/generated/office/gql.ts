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
    "fragment Tokens on Tokens {\n  accessToken\n  refreshToken\n  expiresInS\n}\n\nmutation OfficeChallenge {\n  passkeyChallenge\n}\n\nmutation OfficePasskey($credential: String!) {\n  signInByPasskey(credential: $credential, device: \"office\") {\n    ...Tokens\n  }\n}\n\nmutation OfficeCode($phone: String!) {\n  requestCode(phone: $phone) {\n    challenge\n  }\n}\n\nmutation OfficeSignIn($challenge: String!, $code: String!) {\n  signIn(challenge: $challenge, code: $code, device: \"office\") {\n    ...Tokens\n  }\n}\n\nmutation OfficeRefresh($refreshToken: String!) {\n  refresh(refreshToken: $refreshToken) {\n    ...Tokens\n  }\n}\n\nmutation OfficeSignOut {\n  signOut\n}\n\nquery OfficeMe {\n  me {\n    id\n    phone\n    roles\n  }\n}\n\nfragment Row on Difference {\n  id\n  kind\n  entry\n  channel\n  operator\n  order\n  ref\n  day\n  channelFen\n  ledgerFen\n  operatorFen\n  raw\n  decision\n  decidedAt\n  note\n  allowed\n}\n\nquery Differences($first: Int!, $after: String, $state: DifferenceState) {\n  differences(first: $first, after: $after, state: $state) {\n    nodes {\n      ...Row\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation Decide($id: ID!, $decision: DifferenceDecision!, $note: String!) {\n  decideDifference(id: $id, decision: $decision, note: $note) {\n    ...Row\n  }\n}": typeof types.TokensFragmentDoc,
};
const documents: Documents = {
    "fragment Tokens on Tokens {\n  accessToken\n  refreshToken\n  expiresInS\n}\n\nmutation OfficeChallenge {\n  passkeyChallenge\n}\n\nmutation OfficePasskey($credential: String!) {\n  signInByPasskey(credential: $credential, device: \"office\") {\n    ...Tokens\n  }\n}\n\nmutation OfficeCode($phone: String!) {\n  requestCode(phone: $phone) {\n    challenge\n  }\n}\n\nmutation OfficeSignIn($challenge: String!, $code: String!) {\n  signIn(challenge: $challenge, code: $code, device: \"office\") {\n    ...Tokens\n  }\n}\n\nmutation OfficeRefresh($refreshToken: String!) {\n  refresh(refreshToken: $refreshToken) {\n    ...Tokens\n  }\n}\n\nmutation OfficeSignOut {\n  signOut\n}\n\nquery OfficeMe {\n  me {\n    id\n    phone\n    roles\n  }\n}\n\nfragment Row on Difference {\n  id\n  kind\n  entry\n  channel\n  operator\n  order\n  ref\n  day\n  channelFen\n  ledgerFen\n  operatorFen\n  raw\n  decision\n  decidedAt\n  note\n  allowed\n}\n\nquery Differences($first: Int!, $after: String, $state: DifferenceState) {\n  differences(first: $first, after: $after, state: $state) {\n    nodes {\n      ...Row\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation Decide($id: ID!, $decision: DifferenceDecision!, $note: String!) {\n  decideDifference(id: $id, decision: $decision, note: $note) {\n    ...Row\n  }\n}": types.TokensFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Tokens on Tokens {\n  accessToken\n  refreshToken\n  expiresInS\n}\n\nmutation OfficeChallenge {\n  passkeyChallenge\n}\n\nmutation OfficePasskey($credential: String!) {\n  signInByPasskey(credential: $credential, device: \"office\") {\n    ...Tokens\n  }\n}\n\nmutation OfficeCode($phone: String!) {\n  requestCode(phone: $phone) {\n    challenge\n  }\n}\n\nmutation OfficeSignIn($challenge: String!, $code: String!) {\n  signIn(challenge: $challenge, code: $code, device: \"office\") {\n    ...Tokens\n  }\n}\n\nmutation OfficeRefresh($refreshToken: String!) {\n  refresh(refreshToken: $refreshToken) {\n    ...Tokens\n  }\n}\n\nmutation OfficeSignOut {\n  signOut\n}\n\nquery OfficeMe {\n  me {\n    id\n    phone\n    roles\n  }\n}\n\nfragment Row on Difference {\n  id\n  kind\n  entry\n  channel\n  operator\n  order\n  ref\n  day\n  channelFen\n  ledgerFen\n  operatorFen\n  raw\n  decision\n  decidedAt\n  note\n  allowed\n}\n\nquery Differences($first: Int!, $after: String, $state: DifferenceState) {\n  differences(first: $first, after: $after, state: $state) {\n    nodes {\n      ...Row\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation Decide($id: ID!, $decision: DifferenceDecision!, $note: String!) {\n  decideDifference(id: $id, decision: $decision, note: $note) {\n    ...Row\n  }\n}"): typeof import('./graphql').TokensFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
