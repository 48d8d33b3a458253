// Set-up's own decisions: which Node will do, what is amalgam and what is legacy, when a step is done.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { paths } from "../../setup/paths.mjs";
import { Problem } from "../../setup/problem.mjs";
import { findAll, run } from "../../setup/run.mjs";
import { fingerprint, isStamped, writeWhole } from "../../setup/stamp.mjs";
import { isAmalgam } from "../../setup/steps/legacy.mjs";
import { satisfies, wantedRange } from "../../setup/steps/node.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "amalgam-setup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: string, mode = 0o755): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content, { mode });
  return file;
};

describe("the Node to run on", () => {
  test.each([
    ["20.20.2", false],
    ["22.17.9", false],
    ["22.18.0", true],
    ["22.30.1", true],
    ["24.2.0", false],
    ["24.3.0", true],
    ["25.9.0", false],
    ["26.0.0", true],
    ["27.1.0", true],
  ])("%s: %s", (version, expected) => {
    expect(satisfies(version, "^22.18.0 || ^24.3.0 || >=26.0.0")).toBe(expected);
  });
  test("the running one is within package.json's range", () => {
    expect(satisfies(process.versions.node, wantedRange())).toBe(true);
  });
});

describe("what is amalgam", () => {
  test("the launcher that was built, under any name", () => {
    expect(isAmalgam(paths.launcher)).toBe(true);
  });
  test("a Python script is not", () => {
    expect(isAmalgam(put("hg", "#!/usr/bin/python3\nimport mercurial\n"))).toBe(false);
  });
  test("nothing is not", () => expect(isAmalgam(path.join(folder, "none"))).toBe(false));
});

describe("stamps", () => {
  test("hold for the same inputs only", () => {
    const input = put("input", "one");
    const stamp = path.join(folder, "deep", "stamp");
    const before = fingerprint(["x"], [input]);
    writeWhole(stamp, before);
    expect(isStamped(stamp, before)).toBe(true);
    put("input", "two");
    expect(isStamped(stamp, fingerprint(["x"], [input]))).toBe(false);
    expect(isStamped(path.join(folder, "none"), before)).toBe(false);
  });
});

describe("programs", () => {
  test("are found in the order of the PATH and only when executable", () => {
    put("tool", "", 0o644);
    expect(findAll("tool", folder)).toEqual([]);
    const tool = put("tool2", "#!/bin/sh\n");
    expect(findAll("tool2", `/nonexistent:${folder}`)).toEqual([tool]);
  });
  test("tell how they ended", async () => {
    const failing = put("fails", "#!/bin/sh\necho out; echo why >&2; exit 3\n");
    const result = await run(failing, []);
    expect(result.code).toBe(3);
    expect(result.stdout).toBe("out\n");
    expect(result.tail).toContain("why");
    expect((await run(path.join(folder, "none"), [])).code).toBeNull();
  });
  test("keep the first and the last of long output", async () => {
    const long = put("long", "#!/bin/sh\nfor i in $(seq 1 1000); do echo line $i; done\n");
    const { tail } = await run(long, []);
    expect(tail).toContain("line 1\n");
    expect(tail).toContain("line 1000");
    expect(tail.split("\n").length).toBeLessThan(30);
  });
});

test("a problem says what is wrong and what to do", () => {
  const text = String(new Problem("cargo is not installed", ["Install Rust."], "detail\n"));
  expect(text).toBe("amalgam set-up: cargo is not installed\n  | detail\n  Install Rust.");
});
