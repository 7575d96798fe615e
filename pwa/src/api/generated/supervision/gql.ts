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
    "fragment Counted on EvseCount {\n  stations\n  evses\n  available\n  charging\n  occupied\n  blocked\n  reserved\n  faulted\n  offline\n  unknown\n  stale\n  usableShare\n  toldShare\n  oldestAt\n  kw\n  kwEvses\n  ratedKw\n}\n\nfragment Pictured on LivePicture {\n  at\n  whole\n  lines {\n    county\n    operator\n    count {\n      ...Counted\n    }\n  }\n  counties {\n    code\n    name\n    seat {\n      lat\n      lon\n    }\n    count {\n      ...Counted\n    }\n  }\n  operators {\n    id\n    name\n    practice\n    score\n    freshness\n    completeness\n    consistency\n    findings\n    failing\n    count {\n      ...Counted\n    }\n  }\n  total {\n    ...Counted\n  }\n  alarms {\n    ...Alarmed\n  }\n}\n\nfragment Alarmed on Alarm {\n  id\n  kind\n  state\n  operator\n  county\n  bays\n  evses\n  firstAt\n  lastAt\n  endedAt\n  code\n  text\n  acknowledgedAt\n  done\n}\n\nquery AcknowledgedAlarms {\n  alarms(state: ACKNOWLEDGED, first: 20) {\n    ...Alarmed\n  }\n}\n\nmutation Acknowledge($id: ID!, $done: String!) {\n  acknowledgeAlarm(id: $id, done: $done) {\n    ...Alarmed\n  }\n}\n\nquery LivePicture {\n  livePicture {\n    ...Pictured\n  }\n}\n\nsubscription LivePictureChanged {\n  livePictureChanged {\n    ...Pictured\n  }\n}\n\nquery DeadPiles {\n  deadPiles(first: 1000) {\n    evseId\n    station\n    operator\n    county\n    kind\n    since\n    toldAt\n    freeDays\n    usedAt\n    failedStarts\n    deadSince\n    leavesAt\n  }\n}": typeof types.CountedFragmentDoc,
};
const documents: Documents = {
    "fragment Counted on EvseCount {\n  stations\n  evses\n  available\n  charging\n  occupied\n  blocked\n  reserved\n  faulted\n  offline\n  unknown\n  stale\n  usableShare\n  toldShare\n  oldestAt\n  kw\n  kwEvses\n  ratedKw\n}\n\nfragment Pictured on LivePicture {\n  at\n  whole\n  lines {\n    county\n    operator\n    count {\n      ...Counted\n    }\n  }\n  counties {\n    code\n    name\n    seat {\n      lat\n      lon\n    }\n    count {\n      ...Counted\n    }\n  }\n  operators {\n    id\n    name\n    practice\n    score\n    freshness\n    completeness\n    consistency\n    findings\n    failing\n    count {\n      ...Counted\n    }\n  }\n  total {\n    ...Counted\n  }\n  alarms {\n    ...Alarmed\n  }\n}\n\nfragment Alarmed on Alarm {\n  id\n  kind\n  state\n  operator\n  county\n  bays\n  evses\n  firstAt\n  lastAt\n  endedAt\n  code\n  text\n  acknowledgedAt\n  done\n}\n\nquery AcknowledgedAlarms {\n  alarms(state: ACKNOWLEDGED, first: 20) {\n    ...Alarmed\n  }\n}\n\nmutation Acknowledge($id: ID!, $done: String!) {\n  acknowledgeAlarm(id: $id, done: $done) {\n    ...Alarmed\n  }\n}\n\nquery LivePicture {\n  livePicture {\n    ...Pictured\n  }\n}\n\nsubscription LivePictureChanged {\n  livePictureChanged {\n    ...Pictured\n  }\n}\n\nquery DeadPiles {\n  deadPiles(first: 1000) {\n    evseId\n    station\n    operator\n    county\n    kind\n    since\n    toldAt\n    freeDays\n    usedAt\n    failedStarts\n    deadSince\n    leavesAt\n  }\n}": types.CountedFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Counted on EvseCount {\n  stations\n  evses\n  available\n  charging\n  occupied\n  blocked\n  reserved\n  faulted\n  offline\n  unknown\n  stale\n  usableShare\n  toldShare\n  oldestAt\n  kw\n  kwEvses\n  ratedKw\n}\n\nfragment Pictured on LivePicture {\n  at\n  whole\n  lines {\n    county\n    operator\n    count {\n      ...Counted\n    }\n  }\n  counties {\n    code\n    name\n    seat {\n      lat\n      lon\n    }\n    count {\n      ...Counted\n    }\n  }\n  operators {\n    id\n    name\n    practice\n    score\n    freshness\n    completeness\n    consistency\n    findings\n    failing\n    count {\n      ...Counted\n    }\n  }\n  total {\n    ...Counted\n  }\n  alarms {\n    ...Alarmed\n  }\n}\n\nfragment Alarmed on Alarm {\n  id\n  kind\n  state\n  operator\n  county\n  bays\n  evses\n  firstAt\n  lastAt\n  endedAt\n  code\n  text\n  acknowledgedAt\n  done\n}\n\nquery AcknowledgedAlarms {\n  alarms(state: ACKNOWLEDGED, first: 20) {\n    ...Alarmed\n  }\n}\n\nmutation Acknowledge($id: ID!, $done: String!) {\n  acknowledgeAlarm(id: $id, done: $done) {\n    ...Alarmed\n  }\n}\n\nquery LivePicture {\n  livePicture {\n    ...Pictured\n  }\n}\n\nsubscription LivePictureChanged {\n  livePictureChanged {\n    ...Pictured\n  }\n}\n\nquery DeadPiles {\n  deadPiles(first: 1000) {\n    evseId\n    station\n    operator\n    county\n    kind\n    since\n    toldAt\n    freeDays\n    usedAt\n    failedStarts\n    deadSince\n    leavesAt\n  }\n}"): typeof import('./graphql').CountedFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
