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
    "fragment WatchRow on Watch {\n  id\n  kind\n  state\n  stationId\n  stationName\n  since\n  until\n  toldAt\n  alternative {\n    stationId\n    stationName\n    distanceM\n    free\n  }\n}\n\nquery MyWatches {\n  myWatches {\n    ...WatchRow\n  }\n}\n\nquery PushKey {\n  pushKey\n}\n\nmutation WatchStation($input: WatchInput!) {\n  watchStation(input: $input) {\n    ...WatchRow\n  }\n}\n\nmutation Unwatch($id: ID!) {\n  unwatch(id: $id)\n}\n\nmutation RegisterPush($input: PushInput!) {\n  registerPush(input: $input)\n}\n\nsubscription WatchTold {\n  watchTold {\n    ...WatchRow\n  }\n}\n\nquery Holidays($station: ID!) {\n  station(id: $station) {\n    areaCode\n  }\n  holidayWarnings {\n    place\n    holiday\n    first\n    last\n    taken\n    full\n  }\n}": typeof types.WatchRowFragmentDoc,
};
const documents: Documents = {
    "fragment WatchRow on Watch {\n  id\n  kind\n  state\n  stationId\n  stationName\n  since\n  until\n  toldAt\n  alternative {\n    stationId\n    stationName\n    distanceM\n    free\n  }\n}\n\nquery MyWatches {\n  myWatches {\n    ...WatchRow\n  }\n}\n\nquery PushKey {\n  pushKey\n}\n\nmutation WatchStation($input: WatchInput!) {\n  watchStation(input: $input) {\n    ...WatchRow\n  }\n}\n\nmutation Unwatch($id: ID!) {\n  unwatch(id: $id)\n}\n\nmutation RegisterPush($input: PushInput!) {\n  registerPush(input: $input)\n}\n\nsubscription WatchTold {\n  watchTold {\n    ...WatchRow\n  }\n}\n\nquery Holidays($station: ID!) {\n  station(id: $station) {\n    areaCode\n  }\n  holidayWarnings {\n    place\n    holiday\n    first\n    last\n    taken\n    full\n  }\n}": types.WatchRowFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment WatchRow on Watch {\n  id\n  kind\n  state\n  stationId\n  stationName\n  since\n  until\n  toldAt\n  alternative {\n    stationId\n    stationName\n    distanceM\n    free\n  }\n}\n\nquery MyWatches {\n  myWatches {\n    ...WatchRow\n  }\n}\n\nquery PushKey {\n  pushKey\n}\n\nmutation WatchStation($input: WatchInput!) {\n  watchStation(input: $input) {\n    ...WatchRow\n  }\n}\n\nmutation Unwatch($id: ID!) {\n  unwatch(id: $id)\n}\n\nmutation RegisterPush($input: PushInput!) {\n  registerPush(input: $input)\n}\n\nsubscription WatchTold {\n  watchTold {\n    ...WatchRow\n  }\n}\n\nquery Holidays($station: ID!) {\n  station(id: $station) {\n    areaCode\n  }\n  holidayWarnings {\n    place\n    holiday\n    first\n    last\n    taken\n    full\n  }\n}"): typeof import('./graphql').WatchRowFragmentDoc;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
