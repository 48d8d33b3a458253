// A journal replayed against another policy.
import { expect, test } from "vitest";
import { shareOf, whatIf } from "../../../shim/api/replayed.ts";
import { parseJournal } from "../../../shim/journal/read.ts";
import type { Rules } from "../../../shim/policy/layers.ts";

const rules = (...routes: Rules["routes"]): Rules => ({ sources: [], routes });
const line = (more: object): string => JSON.stringify({ v: 1, at: 1, us: 2000, ...more });
const journal = parseJournal(
  [
    line({ command: "log", answer: "exec", reason: "policy.python" }),
    line({ command: "log", answer: "exec", reason: "policy.python", flags: ["graph"] }),
    line({ command: "status", answer: "native", code: 0 }),
    line({ command: "status", answer: "exec", reason: "flag.unsupported" }),
    line({ command: "commit", answer: "exec", reason: "command.unknown" }),
    line({ command: "log", compared: "different", kind: "shadow", legacyUs: 200_000 }),
  ].join("\n"),
);
const before = rules({ commands: ["status"], mode: "native" });

test("says what would move, what that saves and which known differences it meets", () => {
  const graph = { commands: ["log"], flags: ["graph"], mode: "python" as const };
  const after = rules(graph, { commands: ["log", "status"], mode: "native" });
  expect(whatIf(journal, [before, after], 200, (name) => name !== "commit")).toEqual({
    moves: [{ command: "log", calls: 2, now: 0, later: 1, savedMs: 200, differences: 1 }],
    savedMs: 200,
    elsewhere: 1,
    conditional: 0,
  });
});

test("calls that a route with conditions may cover are told and counted as not covered", () => {
  const conditions = [{ kind: "user" as const, users: [0] }];
  const after = rules({ commands: ["status"], conditions, mode: "python" }, { commands: ["status"], mode: "native" });
  expect(whatIf(journal, [before, after], 200, () => true)).toMatchObject({ moves: [], conditional: 2 });
});

test("what native was asked and could not answer does not move, and going back costs", () => {
  expect(whatIf(journal, [before, rules()], 202, () => true)).toMatchObject({
    moves: [{ command: "status", calls: 2, now: 1, later: 0, savedMs: -200 }],
    elsewhere: 0,
  });
});

test("shares: no policy is all native, no route none, and a canary its percentage", () => {
  const canary = (otherwise: string) =>
    rules({ commands: ["*"], mode: "canary", canary: { percent: 25, by: ["user"], otherwise } });
  expect(shareOf(undefined, "log", [])).toBe(1);
  expect(shareOf(rules(), "log", [])).toBe(0);
  expect([shareOf(canary("shadow"), "log", []), shareOf(canary("native"), "log", [])]).toEqual([0.25, 1]);
});
