import { expect, test } from "vitest";
import { checkPhone, checkPlate, checkVin, phoneDigits } from "../src/kernel/checks";

test.each([
  ["", "empty"],
  ["1", "short"],
  ["1380000", "short"],
  ["1380000000", "short"],
  ["13800000000", "ok"],
  ["138000000000", "wrong"],
  ["12", "wrong"],
  ["23800000000", "wrong"],
  ["+86 138-0000-0000", "ok"],
  ["008613800000000", "ok"],
  ["8613800000000", "ok"],
  ["１３８００００００００", "ok"],
])("phone %j is %s", (text, check) => expect(checkPhone(text)).toBe(check));

test("a phone's digits lose the country and the blanks", () =>
  expect(phoneDigits("+86 138 0000 0000")).toBe("13800000000"));

test.each([
  ["", "empty"],
  ["晋", "short"],
  ["晋H", "short"],
  ["晋H·D1234", "ordinary"],
  ["晋h·d12345", "new-energy"],
  ["晋H12345", "ordinary"],
  ["晋H12345F", "new-energy"],
  ["晋HD123456", "wrong"],
  ["H12345", "head"],
  ["晋1", "head"],
  ["晋HO", "letters"],
  ["晋HI2345", "letters"],
])("plate %j is %s", (text, check) => expect(checkPlate(text)).toBe(check));

test.each([
  ["", "empty"],
  ["LSVAU2A37N216498", "short"],
  ["1M8GDM9AXKP042788", "ok"],
  ["1m8gdm9axkp042788 ", "ok"],
  ["1M8GDM9AXKP0427888", "long"],
  ["1M8GDM9AYKP042788", "digit"],
  ["1M8GDM9AXKP042789", "digit"],
  ["1M8GDM9AXKPO42788", "letters"],
  ["Q", "letters"],
  ["887240PKXA9MDG8M1", "reversed"],
])("VIN %j is %s", (text, check) => expect(checkVin(text)).toBe(check));
