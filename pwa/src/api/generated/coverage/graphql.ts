/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CoveragePlaceKind =
  | 'SIGHT'
  | 'TOWNSHIP'
  | 'VILLAGE';

/** In what a target is counted. */
export type PlanUnit =
  | 'COUNT'
  | 'KM'
  | 'PERCENT'
  | 'RATIO';

export type ThereFragment = { stations: number, piles: number, fast: number };

export type CoverageQueryVariables = Exact<{
  year?: number | null | undefined;
}>;


export type CoverageQuery = { coverage: { title: string, source: string, year: number, years: Array<number>, at: string, practice: boolean, lines: Array<{ key: string, name: string, nameEn: string, unit: PlanUnit, most: boolean, planned: number | null, value: number | null, met: boolean | null, approximate: boolean, why: string | null, lacking: Array<string> }>, counties: Array<{ code: string, name: string, planned: number, seat: { lat: number, lon: number } | null, there: { stations: number, piles: number, fast: number } }>, elsewhere: { stations: number, piles: number, fast: number }, roads: Array<{ id: string, name: string, nameEn: string | null, beginKm: number, endKm: number, approximate: boolean, accuracyM: number, longestKm: number, lines: Array<Array<Array<number>>>, breaks: Array<{ fromKm: number, toKm: number }>, gaps: Array<{ fromKm: number, toKm: number, line: Array<Array<number>> }>, chargers: Array<{ km: number, stationId: string, name: string }> }>, places: Array<{ id: string, kind: CoveragePlaceKind, name: string, county: string | null, limitKm: number, covered: boolean | null, nearestKm: number | null, nearestName: string | null, location: { lat: number, lon: number } | null, within: { stations: number, piles: number, fast: number } | null }>, spots: Array<{ location: { lat: number, lon: number }, there: { piles: number, fast: number } }> } };

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
export const ThereFragmentDoc = new TypedDocumentString(`
    fragment There on PileCount {
  stations
  piles
  fast
}
    `, {"fragmentName":"There"}) as unknown as TypedDocumentString<ThereFragment, unknown>;
export const CoverageDocument = new TypedDocumentString(`
    query Coverage($year: Int) {
  coverage(year: $year) {
    title
    source
    year
    years
    at
    practice
    lines {
      key
      name
      nameEn
      unit
      most
      planned
      value
      met
      approximate
      why
      lacking
    }
    counties {
      code
      name
      seat {
        lat
        lon
      }
      planned
      there {
        ...There
      }
    }
    elsewhere {
      ...There
    }
    roads {
      id
      name
      nameEn
      beginKm
      endKm
      approximate
      accuracyM
      longestKm
      lines
      breaks {
        fromKm
        toKm
      }
      gaps {
        fromKm
        toKm
        line
      }
      chargers {
        km
        stationId
        name
      }
    }
    places {
      id
      kind
      name
      county
      location {
        lat
        lon
      }
      limitKm
      covered
      nearestKm
      nearestName
      within {
        ...There
      }
    }
    spots {
      location {
        lat
        lon
      }
      there {
        piles
        fast
      }
    }
  }
}
    fragment There on PileCount {
  stations
  piles
  fast
}`, {"hash":"sha256:0a61c12013ed6c8b2f127bf8985e55f2886e4bd2bebc78abd2a205c9905257be"}) as unknown as TypedDocumentString<CoverageQuery, CoverageQueryVariables>;