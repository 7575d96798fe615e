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
    "fragment There on PileCount {\n  stations\n  piles\n  fast\n}\n\nquery Coverage($year: Int) {\n  coverage(year: $year) {\n    title\n    source\n    year\n    years\n    at\n    practice\n    lines {\n      key\n      name\n      nameEn\n      unit\n      most\n      planned\n      value\n      met\n      approximate\n      why\n      lacking\n    }\n    counties {\n      code\n      name\n      seat {\n        lat\n        lon\n      }\n      planned\n      there {\n        ...There\n      }\n    }\n    elsewhere {\n      ...There\n    }\n    roads {\n      id\n      name\n      nameEn\n      beginKm\n      endKm\n      approximate\n      accuracyM\n      longestKm\n      lines\n      breaks {\n        fromKm\n        toKm\n      }\n      gaps {\n        fromKm\n        toKm\n        line\n      }\n      chargers {\n        km\n        stationId\n        name\n      }\n    }\n    places {\n      id\n      kind\n      name\n      county\n      location {\n        lat\n        lon\n      }\n      limitKm\n      covered\n      nearestKm\n      nearestName\n      within {\n        ...There\n      }\n    }\n    spots {\n      location {\n        lat\n        lon\n      }\n      there {\n        piles\n        fast\n      }\n    }\n  }\n}": typeof types.ThereFragmentDoc,
};
const documents: Documents = {
    "fragment There on PileCount {\n  stations\n  piles\n  fast\n}\n\nquery Coverage($year: Int) {\n  coverage(year: $year) {\n    title\n    source\n    year\n    years\n    at\n    practice\n    lines {\n      key\n      name\n      nameEn\n      unit\n      most\n      planned\n      value\n      met\n      approximate\n      why\n      lacking\n    }\n    counties {\n      code\n      name\n      seat {\n        lat\n        lon\n      }\n      planned\n      there {\n        ...There\n      }\n    }\n    elsewhere {\n      ...There\n    }\n    roads {\n      id\n      name\n      nameEn\n      beginKm\n      endKm\n      approximate\n      accuracyM\n      longestKm\n      lines\n      breaks {\n        fromKm\n        toKm\n      }\n      gaps {\n        fromKm\n        toKm\n        line\n      }\n      chargers {\n        km\n        stationId\n        name\n      }\n    }\n    places {\n      id\n      kind\n      name\n      county\n      location {\n        lat\n        lon\n      }\n      limitKm\n      covered\n      nearestKm\n      nearestName\n      within {\n        ...There\n      }\n    }\n    spots {\n      location {\n        lat\n        lon\n      }\n      there {\n        piles\n        fast\n      }\n    }\n  }\n}": types.ThereFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment There on PileCount {\n  stations\n  piles\n  fast\n}\n\nquery Coverage($year: Int) {\n  coverage(year: $year) {\n    title\n    source\n    year\n    years\n    at\n    practice\n    lines {\n      key\n      name\n      nameEn\n      unit\n      most\n      planned\n      value\n      met\n      approximate\n      why\n      lacking\n    }\n    counties {\n      code\n      name\n      seat {\n        lat\n        lon\n      }\n      planned\n      there {\n        ...There\n      }\n    }\n    elsewhere {\n      ...There\n    }\n    roads {\n      id\n      name\n      nameEn\n      beginKm\n      endKm\n      approximate\n      accuracyM\n      longestKm\n      lines\n      breaks {\n        fromKm\n        toKm\n      }\n      gaps {\n        fromKm\n        toKm\n        line\n      }\n      chargers {\n        km\n        stationId\n        name\n      }\n    }\n    places {\n      id\n      kind\n      name\n      county\n      location {\n        lat\n        lon\n      }\n      limitKm\n      covered\n      nearestKm\n      nearestName\n      within {\n        ...There\n      }\n    }\n    spots {\n      location {\n        lat\n        lon\n      }\n      there {\n        piles\n        fast\n      }\n    }\n  }\n}"): typeof import('./graphql').ThereFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
