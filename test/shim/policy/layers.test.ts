// Several policies become one set of rules: the user's come first.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { combine, readLayers } from "../../../shim/policy/layers.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "amalgam-layers-"));
  mkdirSync(path.join(folder, "user"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const system = () => path.join(folder, "system.yaml");
const user = () => path.join(folder, "user", "policy.yaml");
const layers = () => readLayers(path.join(folder, "user"), system());

test("no policy at all leaves the built-in default", () => {
  expect(layers().map((layer) => layer.exists)).toEqual([false, false]);
  expect(combine(layers())).toBeUndefined();
});

test("the user's routes come before the system's, and its executable wins", () => {
  writeFileSync(
    system(),
    "version: 1\nlegacy: { executable: /usr/bin/hg }\nroutes: [{ command: '*', mode: python }]\n",
  );
  writeFileSync(
    user(),
    "version: 1\nlegacy: { executable: ~/bin/hg }\nroutes: [{ command: [st, cat], mode: native }]\n",
  );
  expect(combine(layers())).toEqual({
    sources: [system(), user()],
    legacy: path.join(homedir(), "bin/hg"),
    routes: [
      { commands: ["status", "cat"], mode: "native" },
      { commands: ["*"], mode: "python" },
    ],
  });
});

test("auto names no executable and overrides the system's", () => {
  writeFileSync(system(), "version: 1\nlegacy: { executable: /usr/bin/hg }\n");
  writeFileSync(user(), "version: 1\nlegacy: { executable: auto }\n");
  expect(combine(layers())).toEqual({ sources: [system(), user()], routes: [] });
});

test("a broken layer is reported with its file and takes no part", () => {
  writeFileSync(system(), "version: 1\n");
  writeFileSync(user(), "version: one\n");
  expect(layers()[1]?.problems[0]?.file).toBe(user());
  expect(combine(layers())?.sources).toEqual([system()]);
});

test("the strongest layer that says how legacy is reached wins", () => {
  writeFileSync(system(), "version: 1\nlegacy: { transport: exec }\n");
  writeFileSync(user(), "version: 1\nlegacy: { executable: /usr/bin/hg }\n");
  expect(combine(layers())?.transport).toBe("exec");
  writeFileSync(user(), "version: 1\nlegacy: { transport: warm }\n");
  expect(combine(layers())?.transport).toBe("warm");
});

test("a canary is chosen by user and repository, and leaves the others to Python, unless it says otherwise", () => {
  writeFileSync(
    user(),
    [
      "version: 1",
      "routes:",
      "  - { command: log, flags: [--template, --rev], mode: canary, percent: 2.5 }",
      "  - { command: cat, mode: canary, percent: 100, bucketBy: [host], else: native }",
    ].join("\n"),
  );
  expect(combine(layers())?.routes).toEqual([
    {
      commands: ["log"],
      flags: ["template", "rev"],
      mode: "canary",
      canary: { percent: 2.5, by: ["user", "repository"], otherwise: "python" },
    },
    { commands: ["cat"], mode: "canary", canary: { percent: 100, by: ["host"], otherwise: "native" } },
  ]);
});

test("what is said of extensions adds up", () => {
  writeFileSync(system(), "version: 1\nextensions: { corp: { affects: [st] } }\n");
  writeFileSync(user(), "version: 1\nextensions: { corp: { affects: [commit] }, quiet: { affects: [] } }\n");
  expect(combine(layers())?.extensions).toEqual([
    { extension: "corp", commands: ["status", "commit"] },
    { extension: "quiet", commands: [] },
  ]);
  writeFileSync(user(), "version: 1\nextensions: { 'a b': { affects: [commit] }, corp: { affect: [] } }\n");
  expect(layers()[1]?.problems.length).toBeGreaterThanOrEqual(2);
});

test("what else routes ask is made of paths without a tilde and of users by number", () => {
  const { username, uid } = userInfo();
  const when = `{ env: { CI: true, TEAM: blue }, users: [${username}, 4711, no-such-user], repositories: [~/src], changesets: { min: 7 } }`;
  writeFileSync(user(), `version: 1\nroutes: [{ command: log, mode: native, when: ${when} }]\n`);
  expect(combine(layers())?.routes[0]?.conditions).toEqual([
    { kind: "variable", name: "CI", set: true },
    { kind: "variable", name: "TEAM", value: "blue" },
    { kind: "user", users: [uid, 4711] },
    { kind: "repository", names: [path.join(homedir(), "src")] },
    { kind: "changesets", least: 7 },
  ]);
});
