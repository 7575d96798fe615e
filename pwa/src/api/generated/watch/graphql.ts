/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type ConnectorType =
  | 'CCS1'
  | 'CCS2'
  | 'CHADEMO'
  | 'CHAOJI'
  | 'GBT_AC'
  | 'GBT_DC'
  | 'NACS'
  | 'OTHER'
  | 'SOCKET'
  | 'SWAP_BAY'
  | 'TYPE1'
  | 'TYPE2'
  | 'UNKNOWN'
  | 'WIRELESS';

/** As the browser's PushSubscription tells it; keys in base64url. */
export type PushInput = {
  auth: string;
  endpoint: string;
  p256dh: string;
};

/** Minutes: 5 to 720. Power and plug must hold for the same connector. */
export type WatchInput = {
  connectorTypes?: Array<ConnectorType> | null | undefined;
  evseId?: string | null | undefined;
  kind?: WatchKind;
  minPowerKw?: number | null | undefined;
  minutes?: number;
  stationId: string;
};

/** FREES: that a bay is free; DRIVING: that the last one has been taken. */
export type WatchKind =
  | 'DRIVING'
  | 'FREES';

/** What became of a watch. */
export type WatchState =
  | 'ENDED'
  | 'OPEN'
  | 'TOLD';

export type WatchRowFragment = { id: string, kind: WatchKind, state: WatchState, stationId: string, stationName: string, since: string, until: string, toldAt: string | null, alternative: { stationId: string, stationName: string, distanceM: number, free: number } | null };

export type MyWatchesQueryVariables = Exact<{ [key: string]: never; }>;


export type MyWatchesQuery = { myWatches: Array<{ id: string, kind: WatchKind, state: WatchState, stationId: string, stationName: string, since: string, until: string, toldAt: string | null, alternative: { stationId: string, stationName: string, distanceM: number, free: number } | null }> };

export type PushKeyQueryVariables = Exact<{ [key: string]: never; }>;


export type PushKeyQuery = { pushKey: string };

export type WatchStationMutationVariables = Exact<{
  input: WatchInput;
}>;


export type WatchStationMutation = { watchStation: { id: string, kind: WatchKind, state: WatchState, stationId: string, stationName: string, since: string, until: string, toldAt: string | null, alternative: { stationId: string, stationName: string, distanceM: number, free: number } | null } };

export type UnwatchMutationVariables = Exact<{
  id: string;
}>;


export type UnwatchMutation = { unwatch: boolean };

export type RegisterPushMutationVariables = Exact<{
  input: PushInput;
}>;


export type RegisterPushMutation = { registerPush: boolean };

export type WatchToldSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchToldSubscription = { watchTold: { id: string, kind: WatchKind, state: WatchState, stationId: string, stationName: string, since: string, until: string, toldAt: string | null, alternative: { stationId: string, stationName: string, distanceM: number, free: number } | null } };

export type HolidaysQueryVariables = Exact<{
  station: string;
}>;


export type HolidaysQuery = { station: { areaCode: string | null } | null, holidayWarnings: Array<{ place: string, holiday: string, first: string, last: string, taken: number, full: number }> };

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
export const WatchRowFragmentDoc = new TypedDocumentString(`
    fragment WatchRow on Watch {
  id
  kind
  state
  stationId
  stationName
  since
  until
  toldAt
  alternative {
    stationId
    stationName
    distanceM
    free
  }
}
    `, {"fragmentName":"WatchRow"}) as unknown as TypedDocumentString<WatchRowFragment, unknown>;
export const MyWatchesDocument = new TypedDocumentString(`
    query MyWatches {
  myWatches {
    ...WatchRow
  }
}
    fragment WatchRow on Watch {
  id
  kind
  state
  stationId
  stationName
  since
  until
  toldAt
  alternative {
    stationId
    stationName
    distanceM
    free
  }
}`, {"hash":"sha256:eeb3b05546113860164402bd2021c5930aa5dcf2a70f5cbbdd6d2ecf931a43c8"}) as unknown as TypedDocumentString<MyWatchesQuery, MyWatchesQueryVariables>;
export const PushKeyDocument = new TypedDocumentString(`
    query PushKey {
  pushKey
}
    `, {"hash":"sha256:8952e8d305d4c81dfcdd28fbc4615fce83f59310326e35a32b41540f164ce286"}) as unknown as TypedDocumentString<PushKeyQuery, PushKeyQueryVariables>;
export const WatchStationDocument = new TypedDocumentString(`
    mutation WatchStation($input: WatchInput!) {
  watchStation(input: $input) {
    ...WatchRow
  }
}
    fragment WatchRow on Watch {
  id
  kind
  state
  stationId
  stationName
  since
  until
  toldAt
  alternative {
    stationId
    stationName
    distanceM
    free
  }
}`, {"hash":"sha256:7ac614526c502e9d2aa49ac1f60f6690aa1da53643f11ed8d5e65036a35bb477"}) as unknown as TypedDocumentString<WatchStationMutation, WatchStationMutationVariables>;
export const UnwatchDocument = new TypedDocumentString(`
    mutation Unwatch($id: ID!) {
  unwatch(id: $id)
}
    `, {"hash":"sha256:c7ce437d6ea7f85a2eb3287649cbfde0e2bc9914f10172b0ad05f147751ef2c0"}) as unknown as TypedDocumentString<UnwatchMutation, UnwatchMutationVariables>;
export const RegisterPushDocument = new TypedDocumentString(`
    mutation RegisterPush($input: PushInput!) {
  registerPush(input: $input)
}
    `, {"hash":"sha256:89b31a6929c3ee345448124f250966358995a2d40120dc4894cb85df3847dfa9"}) as unknown as TypedDocumentString<RegisterPushMutation, RegisterPushMutationVariables>;
export const WatchToldDocument = new TypedDocumentString(`
    subscription WatchTold {
  watchTold {
    ...WatchRow
  }
}
    fragment WatchRow on Watch {
  id
  kind
  state
  stationId
  stationName
  since
  until
  toldAt
  alternative {
    stationId
    stationName
    distanceM
    free
  }
}`, {"hash":"sha256:2a94c701a2e707711f2077fdc93f6f2070f8f6a753bba21e8598cbf8542c7df1"}) as unknown as TypedDocumentString<WatchToldSubscription, WatchToldSubscriptionVariables>;
export const HolidaysDocument = new TypedDocumentString(`
    query Holidays($station: ID!) {
  station(id: $station) {
    areaCode
  }
  holidayWarnings {
    place
    holiday
    first
    last
    taken
    full
  }
}
    `, {"hash":"sha256:bf1b106adc0050e462b0268113621442bfb40e472854304306db08eeb67ab4e5"}) as unknown as TypedDocumentString<HolidaysQuery, HolidaysQueryVariables>;