// A suggestion is worth giving only when it is probably right.
import { describe, expect, test } from "vitest";
import { editDistance, suggest } from "../../../shim/policy/suggest.ts";

describe("distance", () => {
  test.each([
    ["status", "status", 0],
    ["statsu", "status", 1],
    ["stat", "status", 2],
    ["", "cat", 3],
    ["cta", "cat", 1],
    ["kitten", "sitting", 3],
  ])("%s to %s is %i", (from, to, expected) => expect(editDistance(from, to)).toBe(expected));
});

describe("suggestions", () => {
  const words = ["status", "cat", "files"];
  test("the closest word", () => expect(suggest("Statsu", words)).toBe("status"));
  test("short words need more likeness", () => expect(suggest("cut", words)).toBe("cat"));
  test("nothing is near", () => expect(suggest("commit", words)).toBeUndefined());
  test("one letter means nothing", () => expect(suggest("c", ["a"])).toBeUndefined());
});
