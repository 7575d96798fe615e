import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "../src/map/pace";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first is done at once, of the others in the same second only the last", () => {
  const done: string[] = [];
  const pace = new Pace<string>(1000);
  for (const name of ["a", "b", "c"]) pace.run("stations", () => done.push(name));
  expect(done).toEqual(["a"]);
  vi.advanceTimersByTime(999);
  expect(done).toEqual(["a"]);
  vi.advanceTimersByTime(1);
  expect(done).toEqual(["a", "c"]);
  pace.run("stations", () => done.push("d"));
  expect(done).toEqual(["a", "c"]);
  vi.advanceTimersByTime(1000);
  expect(done).toEqual(["a", "c", "d"]);
});

test("each has its own pace, and after a quiet second nothing waits", () => {
  const done: string[] = [];
  const pace = new Pace<string>(1000);
  pace.run("stations", () => done.push("a"));
  pace.run("clusters", () => done.push("b"));
  vi.advanceTimersByTime(1000);
  pace.run("stations", () => done.push("c"));
  expect(done).toEqual(["a", "b", "c"]);
});

test("at the end nothing more happens", () => {
  const done: string[] = [];
  const pace = new Pace<string>(1000);
  pace.run("stations", () => done.push("a"));
  pace.run("stations", () => done.push("b"));
  pace.end();
  vi.advanceTimersByTime(5000);
  expect(done).toEqual(["a"]);
});
