/** What somebody types of a phone, a plate or a VIN, judged at each key; the gateway judges again. */

const FILLING = /[\s\-()]/g;

/** The digits of a mobile number of mainland China, without +86, blanks and dashes. */
export function phoneDigits(text: string): string {
  return text
    .normalize("NFKC")
    .replace(FILLING, "")
    .replace(/^(?:\+86|0086|86(?=1\d{10}$))/, "");
}

export type PhoneCheck = "empty" | "short" | "ok" | "wrong";

export function checkPhone(text: string): PhoneCheck {
  const digits = phoneDigits(text);
  if (digits === "") return "empty";
  if (/^1[3-9]\d{9}$/.test(digits)) return "ok";
  return /^(?:1|1[3-9]\d{0,8})$/.test(digits) ? "short" : "wrong";
}

const HEADS = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const HEAD = `[${HEADS}][A-HJ-NP-Z]`;
const ORDINARY = new RegExp(`^${HEAD}[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]$`);
const NEW_ENERGY = new RegExp(`^${HEAD}(?:[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK])$`);

export function plainPlate(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\s·•.-]/g, "")
    .toUpperCase();
}

/** `head`: it begins with no province and letter; `letters`: I and O are never on a plate. */
export type PlateCheck = "empty" | "short" | "new-energy" | "ordinary" | "head" | "letters" | "wrong";

export function checkPlate(text: string): PlateCheck {
  const plate = plainPlate(text);
  if (plate === "") return "empty";
  if (NEW_ENERGY.test(plate)) return "new-energy";
  if (ORDINARY.test(plate)) return "ordinary";
  const [head = "", letter = ""] = plate;
  if (!HEADS.includes(head) || (letter !== "" && !/[A-Z]/.test(letter))) return "head";
  if (/[IO]/.test(plate)) return "letters";
  return plate.length < 7 ? "short" : "wrong";
}

const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
const LETTER_VALUES = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9];
const FORM = /^[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{4}[0-9]{4}$/;

/** The check digit of GB 16735-2019 and ISO 3779 fits. */
function holds(vin: string): boolean {
  if (!FORM.test(vin)) return false;
  const sum = [...vin].reduce((total, character, i) => {
    const value = /\d/.test(character) ? Number(character) : (LETTER_VALUES[LETTERS.indexOf(character)] ?? 0);
    return total + (WEIGHTS[i] ?? 0) * (i === 8 ? 0 : value);
  }, 0);
  const rest = sum % 11;
  return vin[8] === (rest === 10 ? "X" : String(rest));
}

export function plainVin(text: string): string {
  return text.normalize("NFKC").replace(/\s/g, "").toUpperCase();
}

/** `letters`: I, O and Q are in no VIN; `digit`: a character is mistyped, as the check digit tells. */
export type VinCheck = "empty" | "short" | "long" | "letters" | "digit" | "reversed" | "ok";

export function checkVin(text: string): VinCheck {
  const vin = plainVin(text);
  if (vin === "") return "empty";
  if (/[^A-HJ-NPR-Z0-9]/.test(vin)) return "letters";
  if (vin.length !== 17) return vin.length < 17 ? "short" : "long";
  if (holds(vin)) return "ok";
  return holds([...vin].reverse().join("")) ? "reversed" : "digit";
}
