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

/** What is wrong; the two of the bill are the finder's own. */
export type DisputeReason =
  | 'BILL_ABOVE_CAP'
  | 'BILL_DIFFERS'
  | 'NOT_CHARGED'
  | 'OTHER'
  | 'OVERCHARGED'
  | 'PARKING_FEE'
  | 'PILE_BROKEN'
  | 'STOPPED_EARLY';

/** Where a dispute stands. */
export type DisputeState =
  | 'ANSWERED'
  | 'APPEALED'
  | 'CLOSED'
  | 'OPEN'
  | 'REFUNDED'
  | 'REJECTED'
  | 'UPHELD'
  | 'WITHDRAWN';

/** Where an invoice stands. */
export type InvoiceState =
  | 'ISSUED'
  | 'REFUSED'
  | 'REQUESTED'
  | 'REVERSED'
  | 'REVERSING';

/** A step on the way from the tap to the paid bill. */
export type OrderStage =
  | 'BILLING'
  | 'CHARGING'
  | 'COLLECTING'
  | 'CONFIRM'
  | 'DONE'
  | 'HOLDING'
  | 'NEEDS_A_PERSON'
  | 'NOT_STARTED'
  | 'PAYING'
  | 'STARTING'
  | 'STOPPING';

/** Where an entitlement stands. */
export type ParkingState =
  | 'FAILED'
  | 'REFUSED'
  | 'SENT'
  | 'TAKEN';

/** How much energy, or until when; what the vehicle takes, where it is known. */
export type QuoteInput = {
  acKw?: number | null | undefined;
  arrive?: string | null | undefined;
  connectorId?: string | null | undefined;
  dcKw?: number | null | undefined;
  energyKwh?: number | null | undefined;
  evseId: string;
  leaveAt?: string | null | undefined;
  roomKwh?: number | null | undefined;
  stationId: string;
};

/** What to start, one of `quoteId` and `qr`, and how it is paid. */
export type StartInput = {
  agreementId?: string | null | undefined;
  capFen: number;
  channel: string;
  idempotencyKey: string;
  qr?: string | null | undefined;
  quoteId?: string | null | undefined;
};

export type Status =
  | 'AVAILABLE'
  | 'BLOCKED'
  | 'CHARGING'
  | 'FAULTED'
  | 'OCCUPIED'
  | 'OFFLINE'
  | 'RESERVED'
  | 'UNKNOWN';

export type PricedFragment = { id: string | null, startable: boolean, startsAt: string, endsAt: string, kwh: number, powerKw: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, parkingText: string | null, totalFen: number | null, madeAt: string, validUntil: string, lines: Array<{ startsAt: string, endsAt: string, kwh: number, electricityE4: number | null, serviceE4: number | null, electricityFen: number | null, serviceFen: number | null }>, cheapest: { startsAt: string, totalFen: number | null, savesFen: number | null } | null };

export type OrderNowFragment = { number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> };

export type InvoiceNowFragment = { number: string, state: InvoiceState, issuer: string, title: string | null, totalFen: number, issuedAt: string | null, invoiceNo: string | null, redNo: string | null, reason: string | null };

export type DisputeNowFragment = { id: string, reason: DisputeReason, text: string | null, answer: string | null, appeal: string | null, state: DisputeState, note: string | null, refundFen: number | null, openedAt: string, decidedAt: string | null };

export type OrderWholeFragment = { number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, invoices: Array<{ number: string, state: InvoiceState, issuer: string, title: string | null, totalFen: number, issuedAt: string | null, invoiceNo: string | null, redNo: string | null, reason: string | null }>, dispute: { id: string, reason: DisputeReason, text: string | null, answer: string | null, appeal: string | null, state: DisputeState, note: string | null, refundFen: number | null, openedAt: string, decidedAt: string | null } | null, parkingEntitlement: { carPark: string, state: ParkingState, minutesFree: number, discountPercent: number, until: string, byPlate: boolean, reference: string | null } | null, readings: Array<{ at: string, kwh: number | null, kw: number | null, soc: number | null }>, tariff: { id: string, text: string | null, zone: string, periods: Array<{ start: number, end: number, electricityE4: number, serviceE4: number, totalE4: number }> } | null, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> };

export type BayQueryVariables = Exact<{
  station: string;
}>;


export type BayQuery = { station: { id: string, name: string, nameEn: string | null, practice: boolean, evses: Array<{ id: string, label: string | null, live: { status: Status, ageS: number | null }, connectors: Array<{ id: string, type: ConnectorType, powerKw: number | null }> }> } | null };

export type QuotedQueryVariables = Exact<{
  ask: QuoteInput;
}>;


export type QuotedQuery = { quote: { id: string | null, startable: boolean, startsAt: string, endsAt: string, kwh: number, powerKw: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, parkingText: string | null, totalFen: number | null, madeAt: string, validUntil: string, lines: Array<{ startsAt: string, endsAt: string, kwh: number, electricityE4: number | null, serviceE4: number | null, electricityFen: number | null, serviceFen: number | null }>, cheapest: { startsAt: string, totalFen: number | null, savesFen: number | null } | null } };

export type ScannedQueryVariables = Exact<{
  code: string;
}>;


export type ScannedQuery = { scanned: { stationId: string, stationName: string, evseId: string, connectorId: string, startable: boolean } };

export type OrderQueryVariables = Exact<{
  number: string;
}>;


export type OrderQuery = { order: { number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, invoices: Array<{ number: string, state: InvoiceState, issuer: string, title: string | null, totalFen: number, issuedAt: string | null, invoiceNo: string | null, redNo: string | null, reason: string | null }>, dispute: { id: string, reason: DisputeReason, text: string | null, answer: string | null, appeal: string | null, state: DisputeState, note: string | null, refundFen: number | null, openedAt: string, decidedAt: string | null } | null, parkingEntitlement: { carPark: string, state: ParkingState, minutesFree: number, discountPercent: number, until: string, byPlate: boolean, reference: string | null } | null, readings: Array<{ at: string, kwh: number | null, kw: number | null, soc: number | null }>, tariff: { id: string, text: string | null, zone: string, periods: Array<{ start: number, end: number, electricityE4: number, serviceE4: number, totalE4: number }> } | null, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> } };

export type OrdersQueryVariables = Exact<{
  first: number;
}>;


export type OrdersQuery = { orders: Array<{ number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> }> };

export type StartChargingMutationVariables = Exact<{
  ask: StartInput;
}>;


export type StartChargingMutation = { startCharging: { number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> } };

export type StopChargingMutationVariables = Exact<{
  number: string;
}>;


export type StopChargingMutation = { stopCharging: { number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> } };

export type OrderProgressedSubscriptionVariables = Exact<{
  number: string;
}>;


export type OrderProgressedSubscription = { orderProgressed: { number: string, stage: OrderStage, reason: string | null, stopReason: string | null, stationId: string | null, stationName: string, operator: string, evseId: string, connectorId: string | null, channel: string, createdAt: string, startedAt: string | null, endedAt: string | null, observedAt: string | null, capFen: number, kwh: number | null, kw: number | null, soc: number | null, fenSoFar: number | null, minutesLeft: number | null, capturedFen: number | null, refundedFen: number, confirm: Array<{ name: string, value: string }>, bill: { totalFen: number, payFen: number, electricityFen: number | null, serviceFen: number | null, parkingFen: number | null, kwh: number, findings: Array<string> } | null, refunds: Array<{ amountFen: number, state: string, reason: string }> } };

export type InvoicingQueryVariables = Exact<{
  first: number;
}>;


export type InvoicingQuery = { orders: Array<{ number: string, stage: OrderStage, stationName: string, createdAt: string, capturedFen: number | null, refundedFen: number }>, invoices: Array<{ askedAt: string, number: string, state: InvoiceState, issuer: string, title: string | null, totalFen: number, issuedAt: string | null, invoiceNo: string | null, redNo: string | null, reason: string | null, lines: Array<{ order: string }> }> };

export type RequestInvoiceMutationVariables = Exact<{
  orders: Array<string> | string;
  title: string;
  idempotencyKey: string;
  taxNumber?: string | null | undefined;
}>;


export type RequestInvoiceMutation = { requestInvoice: Array<{ number: string, state: InvoiceState, issuer: string, title: string | null, totalFen: number, issuedAt: string | null, invoiceNo: string | null, redNo: string | null, reason: string | null }> };

export type DisputeOrderMutationVariables = Exact<{
  number: string;
  reason: DisputeReason;
  text: string;
}>;


export type DisputeOrderMutation = { disputeOrder: { id: string, reason: DisputeReason, text: string | null, answer: string | null, appeal: string | null, state: DisputeState, note: string | null, refundFen: number | null, openedAt: string, decidedAt: string | null } };

export type AppealDisputeMutationVariables = Exact<{
  id: string;
  text: string;
}>;


export type AppealDisputeMutation = { appealDispute: { id: string, reason: DisputeReason, text: string | null, answer: string | null, appeal: string | null, state: DisputeState, note: string | null, refundFen: number | null, openedAt: string, decidedAt: string | null } };

export type WithdrawDisputeMutationVariables = Exact<{
  id: string;
}>;


export type WithdrawDisputeMutation = { withdrawDispute: { id: string, reason: DisputeReason, text: string | null, answer: string | null, appeal: string | null, state: DisputeState, note: string | null, refundFen: number | null, openedAt: string, decidedAt: string | null } };

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
export const PricedFragmentDoc = new TypedDocumentString(`
    fragment Priced on Quote {
  id
  startable
  startsAt
  endsAt
  kwh
  powerKw
  lines {
    startsAt
    endsAt
    kwh
    electricityE4
    serviceE4
    electricityFen
    serviceFen
  }
  electricityFen
  serviceFen
  parkingFen
  parkingText
  totalFen
  cheapest {
    startsAt
    totalFen
    savesFen
  }
  madeAt
  validUntil
}
    `, {"fragmentName":"Priced"}) as unknown as TypedDocumentString<PricedFragment, unknown>;
export const OrderNowFragmentDoc = new TypedDocumentString(`
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}
    `, {"fragmentName":"OrderNow"}) as unknown as TypedDocumentString<OrderNowFragment, unknown>;
export const InvoiceNowFragmentDoc = new TypedDocumentString(`
    fragment InvoiceNow on Invoice {
  number
  state
  issuer
  title
  totalFen
  issuedAt
  invoiceNo
  redNo
  reason
}
    `, {"fragmentName":"InvoiceNow"}) as unknown as TypedDocumentString<InvoiceNowFragment, unknown>;
export const DisputeNowFragmentDoc = new TypedDocumentString(`
    fragment DisputeNow on Dispute {
  id
  reason
  text
  answer
  appeal
  state
  note
  refundFen
  openedAt
  decidedAt
}
    `, {"fragmentName":"DisputeNow"}) as unknown as TypedDocumentString<DisputeNowFragment, unknown>;
export const OrderWholeFragmentDoc = new TypedDocumentString(`
    fragment OrderWhole on Order {
  ...OrderNow
  invoices {
    ...InvoiceNow
  }
  dispute {
    ...DisputeNow
  }
  parkingEntitlement {
    carPark
    state
    minutesFree
    discountPercent
    until
    byPlate
    reference
  }
  readings {
    at
    kwh
    kw
    soc
  }
  tariff {
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
}
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}
fragment InvoiceNow on Invoice {
  number
  state
  issuer
  title
  totalFen
  issuedAt
  invoiceNo
  redNo
  reason
}
fragment DisputeNow on Dispute {
  id
  reason
  text
  answer
  appeal
  state
  note
  refundFen
  openedAt
  decidedAt
}`, {"fragmentName":"OrderWhole"}) as unknown as TypedDocumentString<OrderWholeFragment, unknown>;
export const BayDocument = new TypedDocumentString(`
    query Bay($station: ID!) {
  station(id: $station) {
    id
    name
    nameEn
    practice
    evses {
      id
      label
      live {
        status
        ageS
      }
      connectors {
        id
        type
        powerKw
      }
    }
  }
}
    `, {"hash":"sha256:2408a78a5ff5a5e7d3361391ca72e6e7ddaaa2c46a3dcf48db2b520b48bd3721"}) as unknown as TypedDocumentString<BayQuery, BayQueryVariables>;
export const QuotedDocument = new TypedDocumentString(`
    query Quoted($ask: QuoteInput!) {
  quote(ask: $ask) {
    ...Priced
  }
}
    fragment Priced on Quote {
  id
  startable
  startsAt
  endsAt
  kwh
  powerKw
  lines {
    startsAt
    endsAt
    kwh
    electricityE4
    serviceE4
    electricityFen
    serviceFen
  }
  electricityFen
  serviceFen
  parkingFen
  parkingText
  totalFen
  cheapest {
    startsAt
    totalFen
    savesFen
  }
  madeAt
  validUntil
}`, {"hash":"sha256:9ee60c4f5e50c2d1b8051e735d952950225ca460d4da6b73e10f45f3cc2f1dbf"}) as unknown as TypedDocumentString<QuotedQuery, QuotedQueryVariables>;
export const ScannedDocument = new TypedDocumentString(`
    query Scanned($code: String!) {
  scanned(code: $code) {
    stationId
    stationName
    evseId
    connectorId
    startable
  }
}
    `, {"hash":"sha256:6cc0583c52966f91b7ab5d04769c6978a13f5cdb65d907ca6bbfb36f435ce174"}) as unknown as TypedDocumentString<ScannedQuery, ScannedQueryVariables>;
export const OrderDocument = new TypedDocumentString(`
    query Order($number: ID!) {
  order(number: $number) {
    ...OrderWhole
  }
}
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}
fragment InvoiceNow on Invoice {
  number
  state
  issuer
  title
  totalFen
  issuedAt
  invoiceNo
  redNo
  reason
}
fragment DisputeNow on Dispute {
  id
  reason
  text
  answer
  appeal
  state
  note
  refundFen
  openedAt
  decidedAt
}
fragment OrderWhole on Order {
  ...OrderNow
  invoices {
    ...InvoiceNow
  }
  dispute {
    ...DisputeNow
  }
  parkingEntitlement {
    carPark
    state
    minutesFree
    discountPercent
    until
    byPlate
    reference
  }
  readings {
    at
    kwh
    kw
    soc
  }
  tariff {
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
}`, {"hash":"sha256:3d751f5dd885b61404670bde495a1b9c5e3755795af1016c87438cc48bb71264"}) as unknown as TypedDocumentString<OrderQuery, OrderQueryVariables>;
export const OrdersDocument = new TypedDocumentString(`
    query Orders($first: Int!) {
  orders(first: $first) {
    ...OrderNow
  }
}
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}`, {"hash":"sha256:445600f7ef049950e9c7accb4d5b62290025b02b34337b710a7a8f95c5679df9"}) as unknown as TypedDocumentString<OrdersQuery, OrdersQueryVariables>;
export const StartChargingDocument = new TypedDocumentString(`
    mutation StartCharging($ask: StartInput!) {
  startCharging(ask: $ask) {
    ...OrderNow
  }
}
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}`, {"hash":"sha256:b12e9ce30b078099bf612b1147719e89d81d43b7c581835f410b994df909a2c9"}) as unknown as TypedDocumentString<StartChargingMutation, StartChargingMutationVariables>;
export const StopChargingDocument = new TypedDocumentString(`
    mutation StopCharging($number: ID!) {
  stopCharging(number: $number) {
    ...OrderNow
  }
}
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}`, {"hash":"sha256:7576bfbe5cf515272b28f8964659e1100916cdc72aac24b089108fab263a65ef"}) as unknown as TypedDocumentString<StopChargingMutation, StopChargingMutationVariables>;
export const OrderProgressedDocument = new TypedDocumentString(`
    subscription OrderProgressed($number: ID!) {
  orderProgressed(number: $number) {
    ...OrderNow
  }
}
    fragment OrderNow on Order {
  number
  stage
  reason
  stopReason
  stationId
  stationName
  operator
  evseId
  connectorId
  channel
  createdAt
  startedAt
  endedAt
  observedAt
  capFen
  kwh
  kw
  soc
  fenSoFar
  minutesLeft
  confirm {
    name
    value
  }
  bill {
    totalFen
    payFen
    electricityFen
    serviceFen
    parkingFen
    kwh
    findings
  }
  capturedFen
  refundedFen
  refunds {
    amountFen
    state
    reason
  }
}`, {"hash":"sha256:a6d216789a6cf5080e3a5a6c373bb4552d9871f0244f271c5bb0f99a459ebf30"}) as unknown as TypedDocumentString<OrderProgressedSubscription, OrderProgressedSubscriptionVariables>;
export const InvoicingDocument = new TypedDocumentString(`
    query Invoicing($first: Int!) {
  orders(first: $first) {
    number
    stage
    stationName
    createdAt
    capturedFen
    refundedFen
  }
  invoices(first: $first) {
    ...InvoiceNow
    askedAt
    lines {
      order
    }
  }
}
    fragment InvoiceNow on Invoice {
  number
  state
  issuer
  title
  totalFen
  issuedAt
  invoiceNo
  redNo
  reason
}`, {"hash":"sha256:ac6087478252c0d9ae31d890e7fb781b226430c136a880dd46df09f054a682a2"}) as unknown as TypedDocumentString<InvoicingQuery, InvoicingQueryVariables>;
export const RequestInvoiceDocument = new TypedDocumentString(`
    mutation RequestInvoice($orders: [ID!]!, $title: String!, $idempotencyKey: String!, $taxNumber: String) {
  requestInvoice(
    orders: $orders
    title: $title
    idempotencyKey: $idempotencyKey
    taxNumber: $taxNumber
  ) {
    ...InvoiceNow
  }
}
    fragment InvoiceNow on Invoice {
  number
  state
  issuer
  title
  totalFen
  issuedAt
  invoiceNo
  redNo
  reason
}`, {"hash":"sha256:8d6f91dbee14e43fd13aec1faf5dce96dcd709512349865f43d26ece8d639b38"}) as unknown as TypedDocumentString<RequestInvoiceMutation, RequestInvoiceMutationVariables>;
export const DisputeOrderDocument = new TypedDocumentString(`
    mutation DisputeOrder($number: ID!, $reason: DisputeReason!, $text: String!) {
  disputeOrder(number: $number, reason: $reason, text: $text) {
    ...DisputeNow
  }
}
    fragment DisputeNow on Dispute {
  id
  reason
  text
  answer
  appeal
  state
  note
  refundFen
  openedAt
  decidedAt
}`, {"hash":"sha256:fc20348ff607bae562d87776bda8db0f40a6e0b84308a129449c0ac09ef72f1d"}) as unknown as TypedDocumentString<DisputeOrderMutation, DisputeOrderMutationVariables>;
export const AppealDisputeDocument = new TypedDocumentString(`
    mutation AppealDispute($id: ID!, $text: String!) {
  appealDispute(id: $id, text: $text) {
    ...DisputeNow
  }
}
    fragment DisputeNow on Dispute {
  id
  reason
  text
  answer
  appeal
  state
  note
  refundFen
  openedAt
  decidedAt
}`, {"hash":"sha256:e0f91fc44edb2efdf6bf4fc19eabd36b98f67056117dadc3b06dfaf97c67f434"}) as unknown as TypedDocumentString<AppealDisputeMutation, AppealDisputeMutationVariables>;
export const WithdrawDisputeDocument = new TypedDocumentString(`
    mutation WithdrawDispute($id: ID!) {
  withdrawDispute(id: $id) {
    ...DisputeNow
  }
}
    fragment DisputeNow on Dispute {
  id
  reason
  text
  answer
  appeal
  state
  note
  refundFen
  openedAt
  decidedAt
}`, {"hash":"sha256:2c8152bca0932c81fca97fe4d4d61cca2ab3ef7ed00eeb4cc913a709f52eca47"}) as unknown as TypedDocumentString<WithdrawDisputeMutation, WithdrawDisputeMutationVariables>;