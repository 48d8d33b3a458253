// A tool that is missing, a download that breaks, a Python that cannot be used: one message that says what to
// do, and no stack.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../runner/parts.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "amalgam-missing-"));
  for (const name of ["setup", "package.json", "package-lock.json", path.join("native", "Cargo.toml")]) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  mkdirSync(path.join(folder, "tools"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program of the machine that set-up sees, as a shell script. */
function tool(name: string, script: string): string {
  const file = path.join(folder, "tools", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function npm(exitCode: number, words: string): string {
  const file = path.join(folder, `exit-${exitCode}-npm-cli.js`);
  writeFileSync(file, `process.stderr.write(${JSON.stringify(words)}); process.exitCode = ${exitCode};`);
  return file;
}

/** Runs set-up in the copy; gives its last message. */
function setUp(extra: NodeJS.ProcessEnv): string {
  const env = { PATH: path.join(folder, "tools"), HOME: folder, npm_execpath: npm(0, "added 1 packages"), ...extra };
  const result = spawnSync(process.execPath, [path.join(folder, "setup", "main.mjs")], { env, timeout: 60_000 });
  expect(result.status).toBe(1);
  const text = result.stderr.toString();
  expect(text).not.toMatch(/^\s+at /m);
  return text.slice(text.indexOf("amalgam set-up:"));
}

const legacy = () => tool("some-hg", "exit 0");

test("the packages cannot be downloaded", () => {
  const message = setUp({ npm_execpath: npm(1, "npm error network ENOTFOUND registry\n") });
  expect(message).toContain("npm could not install the packages");
  expect(message).toContain("| npm error network ENOTFOUND registry");
  expect(message).toContain("Check the network");
});

test("no python3", () => expect(setUp({})).toMatch(/python3 is not installed[\s\S]*apt install python3/));

test("a Python that does not run", () => {
  tool("python3", "echo broken >&2; exit 1");
  expect(setUp({})).toMatch(/python3 does not run\n {2}\| broken/);
});

test("a Python that is too old", () => {
  tool("python3", "echo 3.6");
  expect(setUp({})).toContain("Python 3.6 is too old for Mercurial");
});

test("a Python without venv", () => {
  tool("python3", 'case "$*" in *version_info*) echo 3.11;; *) echo "No module named venv" >&2; exit 1;; esac');
  expect(setUp({})).toMatch(/cannot make a virtual environment[\s\S]*apt install python3-venv/);
});

test("a Mercurial that cannot be downloaded", () => {
  tool(
    "python3",
    `case "$*" in
*version_info*) echo 3.11;;
*venv*) /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python3";;
*) echo "ERROR: No matching distribution found" >&2; exit 1;;
esac`,
  );
  expect(setUp({})).toMatch(
    /pip could not install mercurial==[\d.]+\n {2}\| ERROR: No matching[\s\S]*Check the network/,
  );
});

test("a Mercurial that is named but not there", () => {
  expect(setUp({ AMALGAM_LEGACY_HG: "/nonexistent/hg" })).toContain("AMALGAM_LEGACY_HG names /nonexistent/hg");
});

test("no cargo", () => {
  expect(setUp({ AMALGAM_LEGACY_HG: legacy() })).toMatch(/cargo is not installed\n {2}Install Rust [\d.]+ or newer/);
});

test.each([
  ["no C compiler", "error: linker `cc` not found", "there is no C compiler"],
  [
    "a Rust that is too old",
    "error: rustc 1.60.0 is not supported by the following packages:",
    "this machine's Rust is too old",
  ],
  ["crates that cannot be downloaded", "error: failed to download from index", "cargo could not download the crates"],
  ["code that does not compile", "error[E0599]: no method named x", "the Rust build failed"],
])("%s", (_, words, expected) => {
  tool("cargo", `echo '${words}' >&2; exit 101`);
  const message = setUp({ AMALGAM_LEGACY_HG: legacy() });
  expect(message).toContain(expected);
});
