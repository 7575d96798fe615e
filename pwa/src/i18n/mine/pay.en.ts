import type { payZh } from "./pay.zh";

export const payEn: typeof payZh = {
  handover: {
    apps: { wechat: "WeChat", alipay: "Alipay" },
    agree: "agree",
    pay: "pay",
    sign: "sign",
    open: (app, what) => `Open ${app} to ${what}`,
    waits: (app) => `Waiting for ${app}; this page follows by itself.`,
    notYet: (app) => `Nothing from ${app} yet. If you have confirmed, give it a moment.`,
    calledOff: "It was called off there, or did not go through. You can try again.",
    absent: (app) => `${app} could not be opened. Copy the link and open it in ${app}.`,
    stuck: (app) =>
      `Did ${app} not open? See that it is installed and tap again, or copy the link to a phone that has ${app}.`,
    inThere: (app) =>
      `This can be done in ${app} alone: copy the link and open it in ${app}, for instance by sending it to yourself.`,
    scan: (app) => `Scan this with ${app} on your phone, sign in there and confirm.`,
    code: (app) => `Code of this page, to scan with ${app}`,
    copy: "Copy the link",
    copied: "Copied",
    start: (app) => `Open ${app}`,
    confirmed: "I have confirmed",
    looking: "Asking…",
    signWaits: (channel) => `Waiting for your agreement with ${channel}`,
    signWhy: (channel) =>
      `Once you agree at ${channel} you come back here. If you do not, this page follows by itself all the same.`,
    signThere: (channel) =>
      `This is signed in WeChat: open this page there, sign in, and agree with ${channel} again. It then shows here by itself.`,
    signAgain: "Open again",
    signDrop: "Do without",
    onlyThere: "This way to sign in works in WeChat alone: please open this site there.",
  },
  parkingRight: {
    title: "Parking",
    gives: (minutes, percent) =>
      [
        minutes ? `${minutes} min of parking free` : "",
        percent >= 100 ? "parking free" : percent ? `${percent} % off parking` : "",
      ]
        .filter(Boolean)
        .join(", ") || "The car park knows that you charged",
    exit: {
      wait: "The car park is being told; a few seconds as a rule.",
      drive: "The gate knows your plate: just drive to the exit.",
      show: "The car park does not have your plate: show this order’s number at the exit.",
      pay: "The car park did not accept it: parking costs as usual. If that seems wrong, say so below.",
      over: "The time to leave is over; parking may cost as usual.",
    },
    until: (time, minutes) => `Leave by ${time} (${minutes} min left)`,
    was: (time) => `It was good until ${time}`,
    park: (name) => `Car park: ${name}`,
    reference: (no) => `its number ${no}`,
    showNumber: (no) => `Order ${no}`,
  },
  sharePlate: {
    label: "Tell car parks my number plate",
    why: "If you agree, the car park gets your plate after a charge and its gate lets you out for less. If not, you still get that: it is told only a checksum made from the plate, which the gate can match once it has read the plate.",
    several:
      "With more than one vehicle nobody knows which one charged: then neither the plate nor the checksum is told.",
    on: "Agreed. Take the tick away to take it back; later charges are not told.",
    off: "Not agreed: no car park is told your plate.",
  },
  claim: {
    title: "Claim a vehicle",
    mine: "It is my car: claim it",
    link: "Claim a vehicle that somebody else has",
    waiting: (n) => (n === 1 ? "One claim is being looked at" : `${n} claims are being looked at`),
    why: "A vehicle belongs to one account. If another has bound your VIN, claim it here; a person looks and decides.",
    steps: [
      "Type the VIN from the vehicle licence and send the claim.",
      "Take the licence itself to the service desk; no document is uploaded here.",
      "If the car is yours it is taken off the other account, and you add it. Until then nothing changes.",
    ],
    vin: "VIN",
    vinHint: "17 characters, in the vehicle licence",
    send: "Claim it",
    sending: "Sending…",
    sent: "Sent. Take the licence to the service desk; a notice tells you how it was decided.",
    mineTitle: "My claims",
    tail: (tail) => `VIN ending in ${tail}`,
    asked: (date) => `claimed ${date}`,
    state: { waits: "Being looked at", yours: "It is yours", theirs: "It stays where it is" },
    stateWhy: {
      waits: "Take the vehicle licence to the service desk; until then the other account keeps it.",
      yours: "It was taken off the other account; add it now.",
      theirs: "If you have new proof, claim it again.",
    },
    added: "It is among your vehicles.",
    toVehicles: "Add the vehicle",
  },
  batch: {
    link: "Invoices of several bills",
    title: "Invoices",
    open: "Bills to invoice",
    why: "Choose several and ask once; each operator issues its own, of what you paid.",
    none: "No bill to invoice.",
    all: (month) => `All of ${month}`,
    few: (most) => `at most ${most} at once`,
    picked: (n, yuan) => `${n === 1 ? "1 bill" : `${n} bills`}, ¥${yuan}`,
    request: "Ask for invoices",
    dropped: (station) => `The one at “${station}” cannot be invoiced and is no longer chosen; send the others again.`,
    asked: "Invoices asked for",
    orders: (n) => (n === 1 ? "of one bill" : `of ${n} bills`),
    at: (date) => `asked for ${date}`,
    sent: (n) => (n === 1 ? "Asked for one invoice." : `Asked for ${n} invoices.`),
    refused: (code) => `The issuer refused (${code}); these bills can be asked for again.`,
  },
};
