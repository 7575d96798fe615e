/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Typical figures of a class of cars, of no model in particular. */
export type CarClass =
  | 'FAMILY'
  | 'LARGE_SUV'
  | 'SMALL'
  | 'VAN';

/** A class of cars, or figures of one's own, or a class with some of them put right. Without a class, `usableKwh`, `kwhPer100km`, `plugs` and a curve or `acKw` are needed. */
export type CarInput = {
  acKw?: number | null | undefined;
  atKmh?: number | null | undefined;
  /** Of DC, ascending. */
  curve?: Array<CurvePointInput> | null | undefined;
  dragAreaM2?: number | null | undefined;
  kind?: CarClass | null | undefined;
  /** On the flat at `atKmh` and about 20 °C. */
  kwhPer100km?: number | null | undefined;
  massKg?: number | null | undefined;
  plugs?: Array<ConnectorType> | null | undefined;
  /** The share of a descent's energy that comes back, 0 … 1. */
  recuperation?: number | null | undefined;
  usableKwh?: number | null | undefined;
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

/** A point of a charging curve: what the battery takes at that share of charge, 0 … 1. */
export type CurvePointInput = {
  kw: number;
  soc: number;
};

/** A place in degrees, WGS-84. */
export type PointInput = {
  lat: number;
  lon: number;
};

/** FORWARD is towards rising kilometres. */
export type RoadDirection =
  | 'BACKWARD'
  | 'FORWARD';

export type RoadKind =
  | 'COUNTY'
  | 'EXPRESSWAY'
  | 'NATIONAL'
  | 'OTHER'
  | 'PROVINCIAL'
  | 'TOURIST';

export type RoadPlaceKind =
  | 'JUNCTION'
  | 'PARKING_AREA'
  | 'RV_CAMP'
  | 'SERVICE_AREA'
  | 'SIGHT'
  | 'TOWN'
  | 'WAYSTATION';

/** Seen towards rising kilometres; UNKNOWN below the road's accuracy. */
export type RoadSide =
  | 'LEFT'
  | 'ON'
  | 'RIGHT'
  | 'UNKNOWN';

export type StationState =
  | 'CLOSED'
  | 'MAINTENANCE'
  | 'OPEN'
  | 'PLANNED'
  | 'UNKNOWN';

/** One way: `begin` and `end` (where this deployment has a router), or `polyline` or `points`, or `road`. Charges are shares of what the battery holds, 0 … 1. */
export type TripInput = {
  /** To be left at the end. */
  arrive?: number | null | undefined;
  begin?: PointInput | null | undefined;
  car: CarInput;
  end?: PointInput | null | undefined;
  fromKm?: number | null | undefined;
  /** One for each place of the polyline or the points. */
  heightsM?: Array<number> | null | undefined;
  includePractice?: boolean;
  leavesAt?: string | null | undefined;
  /** There and back, for one stop; 0 … 50. */
  maxDetourKm?: number;
  objectives?: Array<TripObjective>;
  /** At most 1,000. */
  points?: Array<PointInput> | null | undefined;
  /** In the encoded format with five decimals, at most 5,000 places. */
  polyline?: string | null | undefined;
  /** Never touched on the way, 0 … 0.5. */
  reserve?: number;
  road?: string | null | undefined;
  /** Driven on the whole, 5 … 150; 60 where it is not given. */
  speedKmh?: number | null | undefined;
  start?: number;
  temperatureC?: number | null | undefined;
  toKm?: number | null | undefined;
};

/** What a plan is to have least of. */
export type TripObjective =
  | 'FEWEST_STOPS'
  | 'LEAST_MONEY'
  | 'LEAST_TIME';

export type RoadsQueryVariables = Exact<{ [key: string]: never; }>;


export type RoadsQuery = { roads: Array<{ id: string, ref: string | null, name: string, nameEn: string | null, kind: RoadKind, fromKm: number, toKm: number, lengthKm: number, approximate: boolean, accuracyM: number }> };

export type RoadQueryVariables = Exact<{
  id: string;
}>;


export type RoadQuery = { road: { id: string, ref: string | null, name: string, nameEn: string | null, kind: RoadKind, version: number, fromKm: number, toKm: number, lengthKm: number, approximate: boolean, accuracyM: number, source: string, licence: string, climbM: number | null, descentM: number | null, breaks: Array<{ fromKm: number, toKm: number }>, places: Array<{ km: number, kind: RoadPlaceKind, name: string, nameEn: string | null, direction: RoadDirection | null }> } };

export type PostFragment = { km: number, offsetM: number | null, side: RoadSide, node: { id: string, name: string, nameEn: string | null, state: StationState, practice: boolean, operator: { name: string, nameEn: string | null }, availability: { total: number, available: number, unknown: number, faulted: number, offline: number } } };

export type AlongRoadQueryVariables = Exact<{
  road: string;
  direction?: RoadDirection | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type AlongRoadQuery = { stationsAlongRoad: { edges: Array<{ km: number, offsetM: number | null, side: RoadSide, node: { id: string, name: string, nameEn: string | null, state: StationState, practice: boolean, operator: { name: string, nameEn: string | null }, availability: { total: number, available: number, unknown: number, faulted: number, offline: number } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type HaltFragment = { id: string, name: string, nameEn: string | null, practice: boolean, operator: { name: string, nameEn: string | null } };

export type PlanTripQueryVariables = Exact<{
  ask: TripInput;
}>;


export type PlanTripQuery = { planTrip: { km: number, drivingMinutes: number, climbM: number | null, descentM: number | null, roadId: string | null, approximate: boolean, accuracyM: number | null, temperatureC: number, typicalCar: boolean, credit: string | null, gaps: Array<{ fromKm: number, toKm: number, km: number }>, warnings: Array<{ code: string, message: string }>, plans: Array<{ objective: TripObjective, leavesAt: string, arrivesAt: string, arrivalSoc: number, km: number, drivingMinutes: number, stopMinutes: number, kwh: number, costFen: number | null, knownCostFen: number | null, offBy: number, stops: Array<{ km: number, detourKm: number | null, powerKw: number, arrivesAt: string, arrivalSoc: number, leaveSoc: number, kwh: number, chargingMinutes: number, costFen: number | null, chance: number | null, station: { id: string, name: string, nameEn: string | null, practice: boolean, operator: { name: string, nameEn: string | null } }, alternative: { km: number, detourKm: number | null, powerKw: number, decideKm: number, onArrival: boolean, arrivalSoc: number, chargingMinutes: number, costFen: number | null, chance: number | null, station: { id: string, name: string, nameEn: string | null, practice: boolean, operator: { name: string, nameEn: string | null } } } | null }> }> } };

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
export const PostFragmentDoc = new TypedDocumentString(`
    fragment Post on RoadEdge {
  km
  offsetM
  side
  node {
    id
    name
    nameEn
    state
    practice
    operator {
      name
      nameEn
    }
    availability {
      total
      available
      unknown
      faulted
      offline
    }
  }
}
    `, {"fragmentName":"Post"}) as unknown as TypedDocumentString<PostFragment, unknown>;
export const HaltFragmentDoc = new TypedDocumentString(`
    fragment Halt on Station {
  id
  name
  nameEn
  practice
  operator {
    name
    nameEn
  }
}
    `, {"fragmentName":"Halt"}) as unknown as TypedDocumentString<HaltFragment, unknown>;
export const RoadsDocument = new TypedDocumentString(`
    query Roads {
  roads {
    id
    ref
    name
    nameEn
    kind
    fromKm
    toKm
    lengthKm
    approximate
    accuracyM
  }
}
    `, {"hash":"sha256:43050b1295d4c23c73d08571ee7b738208501a3d39cc5215aa39cf6e401ffd76"}) as unknown as TypedDocumentString<RoadsQuery, RoadsQueryVariables>;
export const RoadDocument = new TypedDocumentString(`
    query Road($id: ID!) {
  road(id: $id) {
    id
    ref
    name
    nameEn
    kind
    version
    fromKm
    toKm
    lengthKm
    approximate
    accuracyM
    source
    licence
    climbM
    descentM
    breaks {
      fromKm
      toKm
    }
    places {
      km
      kind
      name
      nameEn
      direction
    }
  }
}
    `, {"hash":"sha256:d9558ab320f3ef8ca732a6339af576ef85d95164f6198913a39f5b735fd8599a"}) as unknown as TypedDocumentString<RoadQuery, RoadQueryVariables>;
export const AlongRoadDocument = new TypedDocumentString(`
    query AlongRoad($road: ID!, $direction: RoadDirection, $first: Int!, $after: String) {
  stationsAlongRoad(
    road: $road
    direction: $direction
    first: $first
    after: $after
  ) {
    edges {
      ...Post
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Post on RoadEdge {
  km
  offsetM
  side
  node {
    id
    name
    nameEn
    state
    practice
    operator {
      name
      nameEn
    }
    availability {
      total
      available
      unknown
      faulted
      offline
    }
  }
}`, {"hash":"sha256:c617e855a1b4eeb12d44ddcf06513f145fac58a3e3546aad03faa980f25dd46f"}) as unknown as TypedDocumentString<AlongRoadQuery, AlongRoadQueryVariables>;
export const PlanTripDocument = new TypedDocumentString(`
    query PlanTrip($ask: TripInput!) {
  planTrip(ask: $ask) {
    km
    drivingMinutes
    climbM
    descentM
    roadId
    approximate
    accuracyM
    temperatureC
    typicalCar
    credit
    gaps {
      fromKm
      toKm
      km
    }
    warnings {
      code
      message
    }
    plans {
      objective
      leavesAt
      arrivesAt
      arrivalSoc
      km
      drivingMinutes
      stopMinutes
      kwh
      costFen
      knownCostFen
      offBy
      stops {
        km
        detourKm
        powerKw
        arrivesAt
        arrivalSoc
        leaveSoc
        kwh
        chargingMinutes
        costFen
        chance
        station {
          ...Halt
        }
        alternative {
          km
          detourKm
          powerKw
          decideKm
          onArrival
          arrivalSoc
          chargingMinutes
          costFen
          chance
          station {
            ...Halt
          }
        }
      }
    }
  }
}
    fragment Halt on Station {
  id
  name
  nameEn
  practice
  operator {
    name
    nameEn
  }
}`, {"hash":"sha256:0d8c589d56a9efc78c696c4425ce8846d4fc9ffa1e5ca571f1e0a5860a7e4551"}) as unknown as TypedDocumentString<PlanTripQuery, PlanTripQueryVariables>;