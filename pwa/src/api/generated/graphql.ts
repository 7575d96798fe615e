/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Access =
  | 'PRIVATE'
  | 'PUBLIC'
  | 'RESTRICTED'
  | 'UNKNOWN';

export type Amenity =
  | 'LODGING'
  | 'LOUNGE'
  | 'RESTAURANT'
  | 'ROOF'
  | 'SHOP'
  | 'TOILET'
  | 'WIFI';

export type Attribute =
  | 'GREEN_POWER'
  | 'SOLAR'
  | 'STORAGE'
  | 'SWAP'
  | 'V2G';

export type BoxInput = {
  east: number;
  north: number;
  south: number;
  west: number;
};

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

export type Construction =
  | 'BUS_DEPOT'
  | 'CAR_PARK'
  | 'CULTURE_SPORT'
  | 'ENTERPRISE'
  | 'FUEL_STATION'
  | 'GREEN_SPACE'
  | 'INDUSTRIAL_PARK'
  | 'OFFICE'
  | 'OTHER'
  | 'PUBLIC_BODY'
  | 'RESIDENTIAL'
  | 'ROADSIDE'
  | 'SCENIC'
  | 'SERVICE_AREA'
  | 'TAXI'
  | 'TRANSPORT_HUB'
  | 'UNKNOWN';

export type Current =
  | 'AC'
  | 'DC';

export type FailureKind =
  | 'PUSH'
  | 'STATIONS'
  | 'STATUS';

export type ParkingFee =
  | 'FREE'
  | 'PAID'
  | 'UNKNOWN';

/** A place in degrees, WGS-84. */
export type PointInput = {
  lat: number;
  lon: number;
};

/** All that is set must hold; power and connector type for the same connector. */
export type StationFilter = {
  attributes?: Array<Attribute> | null | undefined;
  connectorTypes?: Array<ConnectorType> | null | undefined;
  freeNow?: boolean;
  freeParking?: boolean;
  includePractice?: boolean;
  minPowerKw?: number | null | undefined;
  openNow?: boolean;
  operators?: Array<string> | null | undefined;
  publicOnly?: boolean;
};

export type StationState =
  | 'CLOSED'
  | 'MAINTENANCE'
  | 'OPEN'
  | 'PLANNED'
  | 'UNKNOWN';

export type Status =
  | 'AVAILABLE'
  | 'BLOCKED'
  | 'CHARGING'
  | 'FAULTED'
  | 'OCCUPIED'
  | 'OFFLINE'
  | 'RESERVED'
  | 'UNKNOWN';

export type CountsFragment = { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null };

export type FailureFragment = { operator: string, name: string, kind: FailureKind, code: string, message: string, since: string, retryable: boolean };

export type FreshFragment = { answeredAt: string, oldestStatusAgeS: number | null, unknownEvses: number, boardConnected: boolean };

export type CardFragment = { id: string, name: string, nameEn: string | null, address: string | null, state: StationState, parkingFee: ParkingFee, access: Access, openNow: boolean | null, attributes: Array<Attribute>, practice: boolean, maxPowerKw: number | null, operator: { id: string, name: string, nameEn: string | null }, location: { lat: number, lon: number }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null }, evses: Array<{ id: string, live: { status: Status, stale: boolean, ageS: number | null }, connectors: Array<{ type: ConnectorType, powerKw: number | null }> }>, priceNow: { totalE4: number, until: number } | null };

export type CardsFragment = { edges: Array<{ distanceM: number | null, node: { id: string, name: string, nameEn: string | null, address: string | null, state: StationState, parkingFee: ParkingFee, access: Access, openNow: boolean | null, attributes: Array<Attribute>, practice: boolean, maxPowerKw: number | null, operator: { id: string, name: string, nameEn: string | null }, location: { lat: number, lon: number }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null }, evses: Array<{ id: string, live: { status: Status, stale: boolean, ageS: number | null }, connectors: Array<{ type: ConnectorType, powerKw: number | null }> }>, priceNow: { totalE4: number, until: number } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, freshness: { answeredAt: string, oldestStatusAgeS: number | null, unknownEvses: number, boardConnected: boolean }, partialFailures: Array<{ operator: string, name: string, kind: FailureKind, code: string, message: string, since: string, retryable: boolean }> };

export type NearbyQueryVariables = Exact<{
  at: PointInput;
  radiusM: number;
  filter?: StationFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type NearbyQuery = { stationsNear: { edges: Array<{ distanceM: number | null, node: { id: string, name: string, nameEn: string | null, address: string | null, state: StationState, parkingFee: ParkingFee, access: Access, openNow: boolean | null, attributes: Array<Attribute>, practice: boolean, maxPowerKw: number | null, operator: { id: string, name: string, nameEn: string | null }, location: { lat: number, lon: number }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null }, evses: Array<{ id: string, live: { status: Status, stale: boolean, ageS: number | null }, connectors: Array<{ type: ConnectorType, powerKw: number | null }> }>, priceNow: { totalE4: number, until: number } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, freshness: { answeredAt: string, oldestStatusAgeS: number | null, unknownEvses: number, boardConnected: boolean }, partialFailures: Array<{ operator: string, name: string, kind: FailureKind, code: string, message: string, since: string, retryable: boolean }> } };

export type SearchQueryVariables = Exact<{
  text: string;
  near?: PointInput | null | undefined;
  filter?: StationFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type SearchQuery = { searchStations: { edges: Array<{ distanceM: number | null, node: { id: string, name: string, nameEn: string | null, address: string | null, state: StationState, parkingFee: ParkingFee, access: Access, openNow: boolean | null, attributes: Array<Attribute>, practice: boolean, maxPowerKw: number | null, operator: { id: string, name: string, nameEn: string | null }, location: { lat: number, lon: number }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null }, evses: Array<{ id: string, live: { status: Status, stale: boolean, ageS: number | null }, connectors: Array<{ type: ConnectorType, powerKw: number | null }> }>, priceNow: { totalE4: number, until: number } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, freshness: { answeredAt: string, oldestStatusAgeS: number | null, unknownEvses: number, boardConnected: boolean }, partialFailures: Array<{ operator: string, name: string, kind: FailureKind, code: string, message: string, since: string, retryable: boolean }> } };

export type SuggestQueryVariables = Exact<{
  text: string;
  near?: PointInput | null | undefined;
}>;


export type SuggestQuery = { places: Array<{ name: string, nameEn: string | null, kind: string, location: { lat: number, lon: number } }>, searchStations: { edges: Array<{ distanceM: number | null, node: { id: string, name: string, nameEn: string | null, operator: { id: string, name: string, nameEn: string | null }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null } } }> } };

export type PlacesQueryVariables = Exact<{
  text: string;
}>;


export type PlacesQuery = { places: Array<{ name: string, nameEn: string | null, kind: string, location: { lat: number, lon: number } }> };

export type BoxQueryVariables = Exact<{
  box: BoxInput;
  zoom: number;
  filter?: StationFilter | null | undefined;
  first: number;
}>;


export type BoxQuery = { stationsInBox: { total: number, clusters: Array<{ id: string, count: number, free: number | null, location: { lat: number, lon: number } }>, stations: Array<{ id: string, name: string, nameEn: string | null, state: StationState, practice: boolean, location: { lat: number, lon: number }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null } }>, freshness: { answeredAt: string, oldestStatusAgeS: number | null, unknownEvses: number, boardConnected: boolean }, partialFailures: Array<{ operator: string, name: string, kind: FailureKind, code: string, message: string, since: string, retryable: boolean }> } };

export type StationQueryVariables = Exact<{
  id: string;
}>;


export type StationQuery = { station: { construction: Construction, parkingText: string | null, accessNote: string | null, amenities: Array<Amenity>, phone: string | null, guide: string | null, id: string, name: string, nameEn: string | null, address: string | null, state: StationState, parkingFee: ParkingFee, access: Access, openNow: boolean | null, attributes: Array<Attribute>, practice: boolean, maxPowerKw: number | null, operator: { phone: string | null, website: string | null, id: string, name: string, nameEn: string | null }, gcj02: { lat: number, lon: number }, evses: Array<{ label: string | null, id: string, live: { lastSeen: Status, observedAt: string | null, source: string | null, status: Status, stale: boolean, ageS: number | null }, blockedBay: { until: string, by: Array<string> } | null, reportedBay: { seenAt: string, kind: string } | null, connectors: Array<{ id: string, current: Current | null, voltageV: number | null, currentA: number | null, tariffId: string | null, type: ConnectorType, powerKw: number | null }> }>, tariffs: Array<{ id: string, text: string | null, zone: string, periods: Array<{ start: number, end: number, electricityE4: number, serviceE4: number, totalE4: number }> }>, priceNow: { electricityE4: number, serviceE4: number, totalE4: number, until: number } | null, hours: { text: string | null, alwaysOpen: boolean, spans: Array<Array<number>> } | null, photos: Array<{ url: string, caption: string | null }>, provenance: Array<{ source: string, name: string, nativeId: string, fetchedAt: string, updatedAt: string | null, ageS: number, licence: string | null }>, location: { lat: number, lon: number }, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null } } | null, operators: Array<{ id: string, name: string, failures: Array<{ operator: string, name: string, kind: FailureKind, code: string, message: string, since: string, retryable: boolean }> }> };

export type AboutQueryVariables = Exact<{ [key: string]: never; }>;


export type AboutQuery = { about: { name: string, nameEn: string, practice: boolean, notice: string | null, centre: { lat: number, lon: number } }, payChannels: Array<{ name: string, title: string, titleEn: string, practice: boolean }> };

export type OperatorsQueryVariables = Exact<{ [key: string]: never; }>;


export type OperatorsQuery = { operators: Array<{ id: string, name: string, stations: number, practice: boolean }> };

export type StatusChangedSubscriptionVariables = Exact<{
  stationIds?: Array<string> | string | null | undefined;
  box?: BoxInput | null | undefined;
}>;


export type StatusChangedSubscription = { statusChanged: { stationId: string, evseId: string, status: Status, previous: Status, observedAt: string, source: string, availability: { total: number, available: number, occupied: number, charging: number, reserved: number, blocked: number, faulted: number, offline: number, unknown: number, oldestAgeS: number | null, newestAgeS: number | null } } };

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
export const CountsFragmentDoc = new TypedDocumentString(`
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}
    `, {"fragmentName":"Counts"}) as unknown as TypedDocumentString<CountsFragment, unknown>;
export const CardFragmentDoc = new TypedDocumentString(`
    fragment Card on Station {
  id
  name
  nameEn
  operator {
    id
    name
    nameEn
  }
  location {
    lat
    lon
  }
  address
  state
  availability {
    ...Counts
  }
  evses {
    id
    live {
      status
      stale
      ageS
    }
    connectors {
      type
      powerKw
    }
  }
  priceNow {
    totalE4
    until
  }
  parkingFee
  access
  openNow
  attributes
  practice
  maxPowerKw
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}`, {"fragmentName":"Card"}) as unknown as TypedDocumentString<CardFragment, unknown>;
export const FreshFragmentDoc = new TypedDocumentString(`
    fragment Fresh on Freshness {
  answeredAt
  oldestStatusAgeS
  unknownEvses
  boardConnected
}
    `, {"fragmentName":"Fresh"}) as unknown as TypedDocumentString<FreshFragment, unknown>;
export const FailureFragmentDoc = new TypedDocumentString(`
    fragment Failure on PartialFailure {
  operator
  name
  kind
  code
  message
  since
  retryable
}
    `, {"fragmentName":"Failure"}) as unknown as TypedDocumentString<FailureFragment, unknown>;
export const CardsFragmentDoc = new TypedDocumentString(`
    fragment Cards on StationConnection {
  edges {
    distanceM
    node {
      ...Card
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
  freshness {
    ...Fresh
  }
  partialFailures {
    ...Failure
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}
fragment Failure on PartialFailure {
  operator
  name
  kind
  code
  message
  since
  retryable
}
fragment Fresh on Freshness {
  answeredAt
  oldestStatusAgeS
  unknownEvses
  boardConnected
}
fragment Card on Station {
  id
  name
  nameEn
  operator {
    id
    name
    nameEn
  }
  location {
    lat
    lon
  }
  address
  state
  availability {
    ...Counts
  }
  evses {
    id
    live {
      status
      stale
      ageS
    }
    connectors {
      type
      powerKw
    }
  }
  priceNow {
    totalE4
    until
  }
  parkingFee
  access
  openNow
  attributes
  practice
  maxPowerKw
}`, {"fragmentName":"Cards"}) as unknown as TypedDocumentString<CardsFragment, unknown>;
export const NearbyDocument = new TypedDocumentString(`
    query Nearby($at: PointInput!, $radiusM: Float!, $filter: StationFilter, $first: Int!, $after: String) {
  stationsNear(
    at: $at
    radiusM: $radiusM
    filter: $filter
    first: $first
    after: $after
  ) {
    ...Cards
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}
fragment Failure on PartialFailure {
  operator
  name
  kind
  code
  message
  since
  retryable
}
fragment Fresh on Freshness {
  answeredAt
  oldestStatusAgeS
  unknownEvses
  boardConnected
}
fragment Card on Station {
  id
  name
  nameEn
  operator {
    id
    name
    nameEn
  }
  location {
    lat
    lon
  }
  address
  state
  availability {
    ...Counts
  }
  evses {
    id
    live {
      status
      stale
      ageS
    }
    connectors {
      type
      powerKw
    }
  }
  priceNow {
    totalE4
    until
  }
  parkingFee
  access
  openNow
  attributes
  practice
  maxPowerKw
}
fragment Cards on StationConnection {
  edges {
    distanceM
    node {
      ...Card
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
  freshness {
    ...Fresh
  }
  partialFailures {
    ...Failure
  }
}`, {"hash":"sha256:f6c6b2486f70b03b34aff249ea1c6a9d1bb8987802d56cb45dc8a81203457a69"}) as unknown as TypedDocumentString<NearbyQuery, NearbyQueryVariables>;
export const SearchDocument = new TypedDocumentString(`
    query Search($text: String!, $near: PointInput, $filter: StationFilter, $first: Int!, $after: String) {
  searchStations(
    text: $text
    near: $near
    filter: $filter
    first: $first
    after: $after
  ) {
    ...Cards
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}
fragment Failure on PartialFailure {
  operator
  name
  kind
  code
  message
  since
  retryable
}
fragment Fresh on Freshness {
  answeredAt
  oldestStatusAgeS
  unknownEvses
  boardConnected
}
fragment Card on Station {
  id
  name
  nameEn
  operator {
    id
    name
    nameEn
  }
  location {
    lat
    lon
  }
  address
  state
  availability {
    ...Counts
  }
  evses {
    id
    live {
      status
      stale
      ageS
    }
    connectors {
      type
      powerKw
    }
  }
  priceNow {
    totalE4
    until
  }
  parkingFee
  access
  openNow
  attributes
  practice
  maxPowerKw
}
fragment Cards on StationConnection {
  edges {
    distanceM
    node {
      ...Card
    }
  }
  pageInfo {
    hasNextPage
    endCursor
  }
  freshness {
    ...Fresh
  }
  partialFailures {
    ...Failure
  }
}`, {"hash":"sha256:6cb185c40b52b69888f6aa2fcf4c1512adb1b305afe4ae5e6724b0d381e862c1"}) as unknown as TypedDocumentString<SearchQuery, SearchQueryVariables>;
export const SuggestDocument = new TypedDocumentString(`
    query Suggest($text: String!, $near: PointInput) {
  places(text: $text, first: 4) {
    name
    nameEn
    kind
    location {
      lat
      lon
    }
  }
  searchStations(text: $text, near: $near, first: 6) {
    edges {
      distanceM
      node {
        id
        name
        nameEn
        operator {
          id
          name
          nameEn
        }
        availability {
          ...Counts
        }
      }
    }
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}`, {"hash":"sha256:6935c499d30b2bfa101c4da7e70c85a50a42e1b2386f05abd430b7a56be7b4fa"}) as unknown as TypedDocumentString<SuggestQuery, SuggestQueryVariables>;
export const PlacesDocument = new TypedDocumentString(`
    query Places($text: String!) {
  places(text: $text, first: 12) {
    name
    nameEn
    kind
    location {
      lat
      lon
    }
  }
}
    `, {"hash":"sha256:2c096049a65abce140f96cf267d16a3992613f656b1e052c425f657848692c47"}) as unknown as TypedDocumentString<PlacesQuery, PlacesQueryVariables>;
export const BoxDocument = new TypedDocumentString(`
    query Box($box: BoxInput!, $zoom: Int!, $filter: StationFilter, $first: Int!) {
  stationsInBox(box: $box, zoom: $zoom, filter: $filter, first: $first) {
    clusters {
      id
      count
      free
      location {
        lat
        lon
      }
    }
    stations {
      id
      name
      nameEn
      state
      practice
      location {
        lat
        lon
      }
      availability {
        ...Counts
      }
    }
    total
    freshness {
      ...Fresh
    }
    partialFailures {
      ...Failure
    }
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}
fragment Failure on PartialFailure {
  operator
  name
  kind
  code
  message
  since
  retryable
}
fragment Fresh on Freshness {
  answeredAt
  oldestStatusAgeS
  unknownEvses
  boardConnected
}`, {"hash":"sha256:a41af0e706ab115fbbe1b4f762c63a0d8ff0dd43df363f6f9b69f43e7f0661a6"}) as unknown as TypedDocumentString<BoxQuery, BoxQueryVariables>;
export const StationDocument = new TypedDocumentString(`
    query Station($id: ID!) {
  station(id: $id) {
    ...Card
    operator {
      phone
      website
    }
    gcj02 {
      lat
      lon
    }
    construction
    evses {
      label
      live {
        lastSeen
        observedAt
        source
      }
      blockedBay {
        until
        by
      }
      reportedBay {
        seenAt
        kind
      }
      connectors {
        id
        current
        voltageV
        currentA
        tariffId
      }
    }
    tariffs {
      id
      text
      zone
      periods {
        start
        end
        electricityE4
        serviceE4
        totalE4
      }
    }
    priceNow {
      electricityE4
      serviceE4
    }
    parkingText
    accessNote
    hours {
      text
      alwaysOpen
      spans
    }
    amenities
    photos {
      url
      caption
    }
    phone
    guide
    provenance {
      source
      name
      nativeId
      fetchedAt
      updatedAt
      ageS
      licence
    }
  }
  operators {
    id
    name
    failures {
      ...Failure
    }
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}
fragment Failure on PartialFailure {
  operator
  name
  kind
  code
  message
  since
  retryable
}
fragment Card on Station {
  id
  name
  nameEn
  operator {
    id
    name
    nameEn
  }
  location {
    lat
    lon
  }
  address
  state
  availability {
    ...Counts
  }
  evses {
    id
    live {
      status
      stale
      ageS
    }
    connectors {
      type
      powerKw
    }
  }
  priceNow {
    totalE4
    until
  }
  parkingFee
  access
  openNow
  attributes
  practice
  maxPowerKw
}`, {"hash":"sha256:4b67713da9de8292930cb2d7c1d89ca26492eaf9d79e8bb33c54691527cb2df5"}) as unknown as TypedDocumentString<StationQuery, StationQueryVariables>;
export const AboutDocument = new TypedDocumentString(`
    query About {
  about {
    name
    nameEn
    practice
    notice
    centre {
      lat
      lon
    }
  }
  payChannels {
    name
    title
    titleEn
    practice
  }
}
    `, {"hash":"sha256:0494bdba33b66c3d008e48680fa3fbef5c075d3b07f41de1c4cac8e6086bc84f"}) as unknown as TypedDocumentString<AboutQuery, AboutQueryVariables>;
export const OperatorsDocument = new TypedDocumentString(`
    query Operators {
  operators {
    id
    name
    stations
    practice
  }
}
    `, {"hash":"sha256:4dc83259d5811f5dfb7fba8e3a902cff5f5c10c3bac264927f3dc5afd84056be"}) as unknown as TypedDocumentString<OperatorsQuery, OperatorsQueryVariables>;
export const StatusChangedDocument = new TypedDocumentString(`
    subscription StatusChanged($stationIds: [ID!], $box: BoxInput) {
  statusChanged(stationIds: $stationIds, box: $box) {
    stationId
    evseId
    status
    previous
    observedAt
    source
    availability {
      ...Counts
    }
  }
}
    fragment Counts on Availability {
  total
  available
  occupied
  charging
  reserved
  blocked
  faulted
  offline
  unknown
  oldestAgeS
  newestAgeS
}`, {"hash":"sha256:3e7b76bb1222cb09ee6a3d5c2961929c81e264cadc85f8ec576edb99904c1e31"}) as unknown as TypedDocumentString<StatusChangedSubscription, StatusChangedSubscriptionVariables>;