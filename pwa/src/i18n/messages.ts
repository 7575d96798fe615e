/** What the application says; each language is one module of this shape. */
import type {
  Access,
  Amenity,
  Attribute,
  ConnectorType,
  Construction,
  FailureKind,
  ParkingFee,
  StationState,
  Status,
} from "../api/generated/graphql";
import type { AgeUnit } from "../kernel/ages";
import type { Navigator } from "../kernel/navigation";
import type { Level } from "../kernel/tariff";

type Count = (n: number) => string;
type Name = (name: string) => string;

export interface Messages {
  appName: string;
  practice: string;
  practiceNotice: string;
  list: string;
  map: string;
  back: string;
  close: string;
  retry: string;
  clear: string;
  apply: (n: number | null) => string;
  skip: string;
  search: string;
  searchTitle: string;
  searchHint: string;
  searchNone: Name;
  searchAll: Name;
  results: Name;
  places: string;
  stations: string;
  locate: string;
  locateWhy: string;
  locateAllow: string;
  locateDenied: string;
  locateFailed: string;
  locating: string;
  myPosition: string;
  cityCentre: string;
  around: Name;
  freeNowTitle: string;
  within: (km: number, stations: number) => string;
  nearestN: Count;
  foundN: Count;
  liveOn: string;
  liveOff: string;
  legend: { free: string; busy: string; broken: string; unknown: string };
  age: Record<AgeUnit, Count>;
  neverSeen: string;
  staleSince: Name;
  updated: Name;
  km: string;
  m: string;
  filters: string;
  filterFree: string;
  filterPower: Count;
  filterParking: string;
  filterOpen: string;
  filterPublic: string;
  power: string;
  anyPower: string;
  connector: string;
  operator: string;
  attribute: string;
  others: string;
  of: (free: number, total: number) => string;
  freeOf: (free: number, total: number) => string;
  allUnknown: string;
  unknownN: Count;
  perKwh: string;
  priceUnknown: string;
  parking: Record<ParkingFee, string>;
  parkingTitle: string;
  access: Record<Access, string>;
  accessTitle: string;
  closed: string;
  open: string;
  hoursTitle: string;
  hoursUnknown: string;
  allDay: string;
  weekdays: string[];
  everyDay: string;
  state: Record<StationState, string>;
  /** One sign for a strip, and the word. */
  status: Record<Status, [string, string]>;
  connectors: Record<ConnectorType, string>;
  /** Where one line has to do, for the kinds that have a shorter word. */
  connectorsShort: Partial<Record<ConnectorType, string>>;
  attributes: Record<Attribute, string>;
  amenities: Record<Amenity, string>;
  construction: Record<Construction, string>;
  bays: string;
  baysAll: Count;
  baysLess: string;
  lastSeenAs: (status: string, age: string) => string;
  powerUnknown: string;
  tariff: string;
  tariffNow: string;
  tariffParts: (electricity: string, service: string) => string;
  until: Name;
  tariffUnknown: string;
  tariffMany: string;
  tariffOf: Count;
  tariffGap: string;
  period: string;
  electricity: string;
  service: string;
  total: string;
  level: Record<Level, string>;
  guide: string;
  facilities: string;
  address: string;
  phone: string;
  sources: string;
  sourceAge: Name;
  licence: string;
  navigate: string;
  navigateWith: string;
  navigators: Record<Navigator, string>;
  remembered: string;
  copyAddress: string;
  copied: string;
  share: string;
  shared: string;
  stationGone: string;
  toList: string;
  none: string;
  noneHint: string;
  noneFar: Count;
  clearFilters: string;
  more: string;
  loading: string;
  failed: string;
  offline: string;
  keptList: Name;
  keptStation: Name;
  failures: Record<FailureKind, Name>;
  boardOff: string;
  mapTitle: string;
  mapSummary: (stations: number, free: number) => string;
  mapClusters: Count;
  mapTooMany: Count;
  mapImpossible: string;
  mapSaveData: string;
  mapAnyway: string;
  mapFailed: string;
  zoomIn: string;
  zoomOut: string;
  mapLegend: string;
  legendFree: string;
  legendFull: string;
  legendUnknown: string;
  searchHere: string;
  mapPlace: string;
  clusterFree: Count;
  settings: string;
  my: string;
  chargeHere: string;
  scan: string;
  ways: string;
  language: string;
  elder: string;
  elderHint: string;
  about: string;
  aboutText: string;
  flip: (name: string, free: number) => string;
  countChanged: Count;
  newVersion: string;
  reload: string;
  errors: { SIGN_IN: string; OFFLINE: string; TIMEOUT: string; SERVER: string };
}
