/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CountedFragment = { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number };

export type PicturedFragment = { at: string, whole: boolean, lines: Array<{ county: string, operator: string, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, counties: Array<{ code: string, name: string, seat: { lat: number, lon: number } | null, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, operators: Array<{ id: string, name: string, practice: boolean, score: number | null, freshness: number | null, completeness: number | null, consistency: number | null, findings: number, failing: boolean, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, total: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } };

export type LivePictureQueryVariables = Exact<{ [key: string]: never; }>;


export type LivePictureQuery = { livePicture: { at: string, whole: boolean, lines: Array<{ county: string, operator: string, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, counties: Array<{ code: string, name: string, seat: { lat: number, lon: number } | null, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, operators: Array<{ id: string, name: string, practice: boolean, score: number | null, freshness: number | null, completeness: number | null, consistency: number | null, findings: number, failing: boolean, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, total: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } } };

export type LivePictureChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LivePictureChangedSubscription = { livePictureChanged: { at: string, whole: boolean, lines: Array<{ county: string, operator: string, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, counties: Array<{ code: string, name: string, seat: { lat: number, lon: number } | null, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, operators: Array<{ id: string, name: string, practice: boolean, score: number | null, freshness: number | null, completeness: number | null, consistency: number | null, findings: number, failing: boolean, count: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } }>, total: { stations: number, evses: number, available: number, charging: number, occupied: number, blocked: number, reserved: number, faulted: number, offline: number, unknown: number, stale: number, usableShare: number | null, toldShare: number | null, oldestAt: string | null, kw: number | null, kwEvses: number, ratedKw: number } } };

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
}`, {"fragmentName":"Pictured"}) as unknown as TypedDocumentString<PicturedFragment, unknown>;
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
}`, {"hash":"sha256:800ba77f858d9558c4fc3b579af80c537c745c89c87354ae2273704dd1bb8b4b"}) as unknown as TypedDocumentString<LivePictureQuery, LivePictureQueryVariables>;
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
}`, {"hash":"sha256:8c6376ccfd665fe68bb96698d41cc80ce6d83b62d10b51541cde745abbcb8e0a"}) as unknown as TypedDocumentString<LivePictureChangedSubscription, LivePictureChangedSubscriptionVariables>;