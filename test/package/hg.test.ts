// `amalgam hg -- ARGS` is hg: the same bytes, exit codes and signals, from the engine or from legacy.
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shellScript } from "../../shim/legacy/shell-script.ts";
import { amalgam, legacy, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
beforeAll(() => sandbox.makeRepository());
afterAll(() => sandbox.remove());

const forbidden = { AMALGAM_ON_UNSUPPORTED: "abort" };

describe("natively", () => {
  test.each([
    [["root"]],
    [["status"]],
    [["status", "-A", "--change", "0"]],
    [["files", "folder"]],
    [["cat", "a.txt"]],
    [["manifest", "-v"]],
    [["cat", "nothing-here"]],
  ])("%j", (args) => {
    const expected = sandbox.run(legacy, args);
    expect(sandbox.run(amalgam, ["hg", "--", ...args], forbidden)).toEqual(expected);
  });
});

describe("by legacy", () => {
  test.each([
    [["log", "-G"]],
    [["diff", "--git"]],
    [["no-such-command"]],
    [["status", "--no-such-flag"]],
    [["log", "-r", "nope"]],
  ])("%j", (args) => {
    const expected = sandbox.run(legacy, args);
    expect(sandbox.run(amalgam, ["hg", "--", ...args])).toEqual(expected);
  });
  test("when it is forbidden, the reason is all there is", () => {
    const result = sandbox.run(amalgam, ["hg", "--", "commit"], forbidden);
    expect(result.code).toBe(252);
    expect(result.stdout.toString()).toBe("");
    expect(result.stderr.toString()).toBe("unsupported: command.unknown\n");
  });
  test("arguments that are no text arrive", () => {
    const name = Buffer.from([0x61, 0xe9, 0xff]);
    const run = (program: string, ...args: string[]) => {
      const script = shellScript(Buffer.from(program), [...args.map((arg) => Buffer.from(arg)), name], []);
      return sandbox.run("/bin/sh", ["-c", script]);
    };
    expect(run(amalgam, "hg", "--", "status")).toEqual(run(legacy, "status"));
    expect(run(amalgam, "hg", "--", "log")).toEqual(run(legacy, "log"));
  });
  test("a signal ends both", async () => {
    const hook = "kill -KILL $PPID";
    const run = (program: string, args: string[]) =>
      sandbox.run(program, [...args, "log", "--config", `hooks.pre-log=${hook}`]);
    const expected = run(legacy, []);
    const actual = run(amalgam, ["hg", "--"]);
    expect([actual.code, actual.signal]).toEqual([expected.code, expected.signal]);
    expect(expected.signal).toBe("SIGKILL");
  });
});

test("a reader that goes away ends it as it ends hg", async () => {
  for (let n = 0; n < 400; n += 1) sandbox.write(`many/${"x".repeat(200)}-${n}.txt`, "");
  const child = spawn(amalgam, ["hg", "--", "status"], {
    cwd: sandbox.repository,
    env: { ...sandbox.env, ...forbidden },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk) => errors.push(chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect([code, Buffer.concat(errors).toString()]).toEqual([255, ""]);
});

describe("without legacy", () => {
  const none = { AMALGAM_LEGACY_HG: undefined, PATH: "/usr/bin:/bin" };
  const plain = (args: string[], extra: NodeJS.ProcessEnv) =>
    sandbox.run(amalgam, ["hg", "--", ...args], { ...none, ...extra });
  test("native commands work", () => {
    expect(plain(["root"], { PATH: "/nonexistent" }).stdout.toString()).toBe(`${sandbox.repository}\n`);
  });
  test("others say what they need", () => {
    const result = plain(["commit"], { PATH: "/nonexistent" });
    expect(result.code).toBe(255);
    expect(result.stderr.toString()).toContain("'hg commit' needs the Python Mercurial");
    expect(result.stderr.toString()).toContain("AMALGAM_LEGACY_HG");
  });
});
