// What the suite proves becomes the engine's table: nothing is proven in part, and the committed table is fresh.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Case } from "../../compat/runner/cases.ts";
import type { Judged } from "../../compat/runner/outcome.ts";
import {
  afterRun,
  otherGroups,
  type Proven,
  provenFiles,
  readProven,
  sharedGroups,
  tableText,
} from "../../compat/runner/proven.ts";
import { commands } from "../../shim/generated/commands.ts";
import { root } from "../runner/parts.ts";

const legacy = { version: "6.3.2", build: "c" } as const;
const none: Proven = { reference: [{ version: "7.2.4", build: "c" }], proofs: [] };
const one = (id: string, command: string) => ({ id, command }) as Case;
const judged = (id: string, command: string, verdict: Judged["verdict"], native = true) =>
  ({ id, command, verdict, native, face: "launcher" }) as Judged;

const full = [one("1", "cat"), one("2", "cat"), one("3", "root")];
const eligible = { quick: full.slice(0, 1), full };

describe("a proof", () => {
  it("needs the whole group, and no failure", () => {
    const results = [judged("1", "cat", "passed"), judged("2", "cat", "known", false), judged("3", "root", "failed")];
    expect(afterRun(none, legacy, results, eligible).proofs).toEqual([
      { ...legacy, group: "cat", tier: "full", cases: 2, native: 1 },
    ]);
    expect(afterRun(none, legacy, [judged("2", "cat", "passed")], eligible).proofs).toEqual([]);
  });
  it("by the quick tier does not replace one by all cases", () => {
    const quick = afterRun(none, legacy, [judged("1", "cat", "passed")], eligible);
    expect(quick.proofs.map(({ tier }) => tier)).toEqual(["quick"]);
    const all = afterRun(quick, legacy, [judged("1", "cat", "passed"), judged("2", "cat", "passed")], eligible);
    expect(afterRun(all, legacy, [judged("1", "cat", "passed")], eligible)).toEqual(all);
    expect(all.proofs.map(({ cases }) => cases)).toEqual([2]);
  });
  it("is lost with the first failure", () => {
    const all = afterRun(none, legacy, [judged("1", "cat", "passed"), judged("2", "cat", "passed")], eligible);
    expect(afterRun(all, legacy, [judged("1", "cat", "failed")], eligible).proofs).toEqual([]);
    const other = { ...legacy, version: "6.9.5" };
    expect(afterRun(all, other, [judged("1", "cat", "failed")], eligible)).toEqual(all);
  });
});

describe("the table", () => {
  const proof = (group: string) => ({ ...legacy, group, tier: "full", cases: 1, native: 1 }) as const;
  it("has no command while a group about every command is missing", () => {
    const [rhg, ...others] = sharedGroups.toSorted().reverse();
    const groups = ["cat", "root", ...others].map(proof);
    expect(
      tableText({ ...none, proofs: groups })
        .split("\n")
        .slice(1),
    ).toEqual(["7.2.4 c *", ""]);
    const complete = [...groups, proof(rhg ?? ""), proof("fallback")];
    expect(
      tableText({ ...none, proofs: complete })
        .split("\n")
        .slice(1),
    ).toEqual(["7.2.4 c *", "6.3.2 c cat root", ""]);
  });
  it("is fresh", () => {
    const { json, table } = provenFiles(root);
    expect(readFileSync(table, "utf8"), "run npm run compat -- --prove").toBe(tableText(readProven(json)));
  });
  it("rests on cases of every native command", () => {
    const files = readdirSync(path.join(root, "compat/cases"));
    const missing = commands.map(({ names }) => names[0]).filter((name) => !files.includes(`${name}.yaml`));
    expect(missing).toEqual([]);
  });
  it("knows every group that is not of one command", () => {
    const names = commands.flatMap(({ names }) => names[0] ?? []);
    const folder = path.join(root, "compat/cases");
    const groups = readdirSync(folder).map(
      (file) => /^command: (\S+)$/m.exec(readFileSync(path.join(folder, file), "utf8"))?.[1] ?? file,
    );
    expect([...new Set(groups)].filter((group) => !names.includes(group)).sort()).toEqual(
      [...sharedGroups, ...otherGroups].sort(),
    );
  });
});
