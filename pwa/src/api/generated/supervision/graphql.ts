/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Bays that went offline together, or what a device is afraid of. */
export type AlarmKind =
  | 'FIRE'
  | 'INSULATION'
  | 'OFFLINE_CLUSTER'
  | 'TEMPERATURE';

/** Whether a person has taken it on. */
export type AlarmState =
  | 'ACKNOWLEDGED'
  | 'OPEN';

/** SILENT: nothing was told of it for 30 days. NEVER_USED: free and never used for 60 days. FAILING: five starts in a row failed by the operator's fault. */
export type DeadKind =
  | 'FAILING'
  | 'NEVER_USED'
  | 'SILENT';

export type CountedFragment = { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number };

export type PicturedFragment = { at: string, whole: boolean, lines: Array<{ county: string, operator: string, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, counties: Array<{ code: string, name: string, seat: { lat: number, lon: number } | null, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, operators: Array<{ id: string, name: string, practice: boolean, score: number | null, freshness: number | null, completeness: number | null, consistency: number | null, findings: number, failing: boolean, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, total: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number }, alarms: Array<{ id: string, kind: AlarmKind, state: AlarmState, operator: string, county: string, bays: number, evses: Array<string>, firstAt: string, lastAt: string, endedAt: string | null, code: string, text: string, acknowledgedAt: string | null, done: string | null }> };

export type AlarmedFragment = { id: string, kind: AlarmKind, state: AlarmState, operator: string, county: string, bays: number, evses: Array<string>, firstAt: string, lastAt: string, endedAt: string | null, code: string, text: string, acknowledgedAt: string | null, done: string | null };

export type AcknowledgedAlarmsQueryVariables = Exact<{ [key: string]: never; }>;


export type AcknowledgedAlarmsQuery = { alarms: Array<{ id: string, kind: AlarmKind, state: AlarmState, operator: string, county: string, bays: number, evses: Array<string>, firstAt: string, lastAt: string, endedAt: string | null, code: string, text: string, acknowledgedAt: string | null, done: string | null }> };

export type AcknowledgeMutationVariables = Exact<{
  id: string;
  done: string;
}>;


export type AcknowledgeMutation = { acknowledgeAlarm: { id: string, kind: AlarmKind, state: AlarmState, operator: string, county: string, bays: number, evses: Array<string>, firstAt: string, lastAt: string, endedAt: string | null, code: string, text: string, acknowledgedAt: string | null, done: string | null } };

export type LivePictureQueryVariables = Exact<{ [key: string]: never; }>;


export type LivePictureQuery = { livePicture: { at: string, whole: boolean, lines: Array<{ county: string, operator: string, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, counties: Array<{ code: string, name: string, seat: { lat: number, lon: number } | null, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, operators: Array<{ id: string, name: string, practice: boolean, score: number | null, freshness: number | null, completeness: number | null, consistency: number | null, findings: number, failing: boolean, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, total: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number }, alarms: Array<{ id: string, kind: AlarmKind, state: AlarmState, operator: string, county: string, bays: number, evses: Array<string>, firstAt: string, lastAt: string, endedAt: string | null, code: string, text: string, acknowledgedAt: string | null, done: string | null }> } };

export type LivePictureChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LivePictureChangedSubscription = { livePictureChanged: { at: string, whole: boolean, lines: Array<{ county: string, operator: string, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, counties: Array<{ code: string, name: string, seat: { lat: number, lon: number } | null, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, operators: Array<{ id: string, name: string, practice: boolean, score: number | null, freshness: number | null, completeness: number | null, consistency: number | null, findings: number, failing: boolean, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, total: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number }, alarms: Array<{ id: string, kind: AlarmKind, state: AlarmState, operator: string, county: string, bays: number, evses: Array<string>, firstAt: string, lastAt: string, endedAt: string | null, code: string, text: string, acknowledgedAt: string | null, done: string | null }> } };

export type DeadPilesQueryVariables = Exact<{ [key: string]: never; }>;


export type DeadPilesQuery = { deadPiles: Array<{ evseId: string, station: string, operator: string, county: string, kind: DeadKind, since: string, toldAt: string | null, freeDays: number, usedAt: string | null, failedStarts: number, deadSince: string, leavesAt: string }> };

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
export const CountedFragmentDoc = new TypedDocumentString(`
    fragment Counted on EvseCount {
  stations
  evses
  available
  charging
  occupied
  blocked
  reserved
  faulted
  offline
  unknown
  stale
  usableShare
  toldShare
  oldestAt
  kw
  kwEvses
  ratedKw
}
    `, {"fragmentName":"Counted"}) as unknown as TypedDocumentString<CountedFragment, unknown>;
export const AlarmedFragmentDoc = new TypedDocumentString(`
    fragment Alarmed on Alarm {
  id
  kind
  state
  operator
  county
  bays
  evses
  firstAt
  lastAt
  endedAt
  code
  text
  acknowledgedAt
  done
}
    `, {"fragmentName":"Alarmed"}) as unknown as TypedDocumentString<AlarmedFragment, unknown>;
export const PicturedFragmentDoc = new TypedDocumentString(`
    fragment Pictured on LivePicture {
  at
  whole
  lines {
    county
    operator
    count {
      ...Counted
    }
  }
  counties {
    code
    name
    seat {
      lat
      lon
    }
    count {
      ...Counted
    }
  }
  operators {
    id
    name
    practice
    score
    freshness
    completeness
    consistency
    findings
    failing
    count {
      ...Counted
    }
  }
  total {
    ...Counted
  }
  alarms {
    ...Alarmed
  }
}
    fragment Counted on EvseCount {
  stations
  evses
  available
  charging
  occupied
  blocked
  reserved
  faulted
  offline
  unknown
  stale
  usableShare
  toldShare
  oldestAt
  kw
  kwEvses
  ratedKw
}
fragment Alarmed on Alarm {
  id
  kind
  state
  operator
  county
  bays
  evses
  firstAt
  lastAt
  endedAt
  code
  text
  acknowledgedAt
  done
}`, {"fragmentName":"Pictured"}) as unknown as TypedDocumentString<PicturedFragment, unknown>;
export const AcknowledgedAlarmsDocument = new TypedDocumentString(`
    query AcknowledgedAlarms {
  alarms(state: ACKNOWLEDGED, first: 20) {
    ...Alarmed
  }
}
    fragment Alarmed on Alarm {
  id
  kind
  state
  operator
  county
  bays
  evses
  firstAt
  lastAt
  endedAt
  code
  text
  acknowledgedAt
  done
}`, {"hash":"sha256:b6b8fd344ad97a9290f20fded02620984cd3008a48bb26e903d850ee1899d365"}) as unknown as TypedDocumentString<AcknowledgedAlarmsQuery, AcknowledgedAlarmsQueryVariables>;
export const AcknowledgeDocument = new TypedDocumentString(`
    mutation Acknowledge($id: ID!, $done: String!) {
  acknowledgeAlarm(id: $id, done: $done) {
    ...Alarmed
  }
}
    fragment Alarmed on Alarm {
  id
  kind
  state
  operator
  county
  bays
  evses
  firstAt
  lastAt
  endedAt
  code
  text
  acknowledgedAt
  done
}`, {"hash":"sha256:ba39fa50d3172e6a4671c35f116af23e4193759b7da6b67962f3f0781db14502"}) as unknown as TypedDocumentString<AcknowledgeMutation, AcknowledgeMutationVariables>;
export const LivePictureDocument = new TypedDocumentString(`
    query LivePicture {
  livePicture {
    ...Pictured
  }
}
    fragment Counted on EvseCount {
  stations
  evses
  available
  charging
  occupied
  blocked
  reserved
  faulted
  offline
  unknown
  stale
  usableShare
  toldShare
  oldestAt
  kw
  kwEvses
  ratedKw
}
fragment Pictured on LivePicture {
  at
  whole
  lines {
    county
    operator
    count {
      ...Counted
    }
  }
  counties {
    code
    name
    seat {
      lat
      lon
    }
    count {
      ...Counted
    }
  }
  operators {
    id
    name
    practice
    score
    freshness
    completeness
    consistency
    findings
    failing
    count {
      ...Counted
    }
  }
  total {
    ...Counted
  }
  alarms {
    ...Alarmed
  }
}
fragment Alarmed on Alarm {
  id
  kind
  state
  operator
  county
  bays
  evses
  firstAt
  lastAt
  endedAt
  code
  text
  acknowledgedAt
  done
}`, {"hash":"sha256:cc3a3bc98343ff6bb8bea55eeea190ccf5246ab17dfda3b41bf0078c639f0c1c"}) as unknown as TypedDocumentString<LivePictureQuery, LivePictureQueryVariables>;
export const LivePictureChangedDocument = new TypedDocumentString(`
    subscription LivePictureChanged {
  livePictureChanged {
    ...Pictured
  }
}
    fragment Counted on EvseCount {
  stations
  evses
  available
  charging
  occupied
  blocked
  reserved
  faulted
  offline
  unknown
  stale
  usableShare
  toldShare
  oldestAt
  kw
  kwEvses
  ratedKw
}
fragment Pictured on LivePicture {
  at
  whole
  lines {
    county
    operator
    count {
      ...Counted
    }
  }
  counties {
    code
    name
    seat {
      lat
      lon
    }
    count {
      ...Counted
    }
  }
  operators {
    id
    name
    practice
    score
    freshness
    completeness
    consistency
    findings
    failing
    count {
      ...Counted
    }
  }
  total {
    ...Counted
  }
  alarms {
    ...Alarmed
  }
}
fragment Alarmed on Alarm {
  id
  kind
  state
  operator
  county
  bays
  evses
  firstAt
  lastAt
  endedAt
  code
  text
  acknowledgedAt
  done
}`, {"hash":"sha256:c1a872ab20fec28304b0d58b14314ff9185950c77984d4ed4ef6f42cc192a062"}) as unknown as TypedDocumentString<LivePictureChangedSubscription, LivePictureChangedSubscriptionVariables>;
export const DeadPilesDocument = new TypedDocumentString(`
    query DeadPiles {
  deadPiles(first: 1000) {
    evseId
    station
    operator
    county
    kind
    since
    toldAt
    freeDays
    usedAt
    failedStarts
    deadSince
    leavesAt
  }
}
    `, {"hash":"sha256:0acd4e164a98f2aa7b7004f5853f1369eadc3e38f05068f9219ca6593dc65426"}) as unknown as TypedDocumentString<DeadPilesQuery, DeadPilesQueryVariables>;