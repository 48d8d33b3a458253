// The reference's own command server answers as a fresh process does, and is really the one that answers.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processEnvironment } from "../../compat/runner/environment.ts";
import { identifyLegacy } from "../../compat/runner/legacy.ts";
import { findLegacy } from "../../compat/runner/options.ts";
import { Oracle, OraclePool } from "../../compat/runner/oracle.ts";

const folder = mkdtempSync(path.join(tmpdir(), "amalgam-oracle-"));
const legacy = identifyLegacy(findLegacy(undefined));
const env = processEnvironment(folder, "/dev/null");
const pool = new OraclePool(legacy, path.join(folder, "servers"), env);
const oracle = new Oracle();
const repository = path.join(folder, "repo");

beforeAll(() => {
  mkdirSync(path.join(folder, "home"));
  execFileSync(legacy.path, ["init", repository], { env });
});
afterAll(async () => {
  oracle.stop();
  await pool.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("answers two commands, each in the environment that it is asked in", async () => {
  const address = await pool.address({}, undefined);
  expect(address).toBeDefined();
  const ask = (args: string[], more = {}) => {
    const words = args.map((word) => Buffer.from(word));
    return oracle.ask(address ?? "", words, {
      cwd: repository,
      env: { ...env, CHGHG: legacy.path, ...more },
      umask: undefined,
    });
  };
  const root = await ask(["root"]);
  expect(root).toEqual({ stdout: Buffer.from(`${repository}\n`), stderr: Buffer.alloc(0), code: 0 });
  const unknown = await ask(["cat", "nosuch"], { COLUMNS: "40" });
  expect(unknown?.code).toBe(1);
  expect(unknown?.stderr.toString()).toContain("no such file");
});
