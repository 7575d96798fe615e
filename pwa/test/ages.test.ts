import { expect, test } from "vitest";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import { ageParts, seenAt } from "../src/kernel/ages";

const words = (ageS: number, messages = zh) => {
  const { unit, count } = ageParts(ageS);
  return messages.age[unit](count);
};

test.each([
  [-5, "刚刚"],
  [0, "刚刚"],
  [9.9, "刚刚"],
  [10, "10 秒前"],
  [59.9, "55 秒前"],
  [60, "1 分钟前"],
  [119, "1 分钟前"],
  [120, "2 分钟前"],
  [3599, "59 分钟前"],
  [3600, "1 小时前"],
  [86_399, "23 小时前"],
  [86_400, "1 天前"],
])("%d s is %s", (age, text) => expect(words(age)).toBe(text));

test("English knows one day from two", () => {
  expect(words(86_400, en)).toBe("1 day ago");
  expect(words(172_800, en)).toBe("2 days ago");
});

test("never seen stays never seen, and an age becomes a moment of this clock", () => {
  expect(seenAt(null, 1_000)).toBeNull();
  expect(seenAt(undefined, 1_000)).toBeNull();
  expect(seenAt(0, 1_000)).toBe(1_000);
  expect(seenAt(2.5, 10_000)).toBe(7_500);
});
