// The subcommands as people use them: reports, findings, mistakes, help.
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands, globalFlags } from "../../shim/generated/commands.ts";
import { amalgam, launcher, legacy, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
beforeAll(() => sandbox.makeRepository());
afterAll(() => sandbox.remove());

const run = (...args: string[]) => sandbox.run(amalgam, args);
const text = (...args: string[]) => run(...args).stdout.toString();
const onPath = { PATH: `${path.dirname(launcher)}:${process.env.PATH}` };
const policyFile = path.join(sandbox.folder, "amalgam", "policy.yaml");
const tableFile = path.join(sandbox.folder, "amalgam", "route-table");

describe("amalgam itself", () => {
  test("help lists the subcommands", () =>
    expect(text("--help")).toMatch(/setup[\s\S]*doctor[\s\S]*explain[\s\S]*policy[\s\S]*hg/));
  test("no subcommand is a mistake", () => expect(run().code).toBe(2));
  test("a misspelt one is suggested", () => {
    const result = run("docter");
    expect(result.code).toBe(2);
    expect(result.stderr.toString()).toContain("Did you mean amalgam doctor?");
  });
  test.each([["setup"], ["doctor"], ["explain"], ["commands"], ["policy"], ["hg"]])(
    "%s --help has an example",
    (name) => {
      const result = run(name, "--help");
      expect(result.code).toBe(0);
      expect(result.stdout.toString()).toContain(`example: amalgam ${name}`);
    },
  );
  test.each([["setup"], ["doctor"], ["explain"], ["commands"]])("%s refuses an unknown option", (name) => {
    const result = run(name, "--frob");
    expect(result.code).toBe(2);
    expect(result.stderr.toString()).toContain("--frob");
  });
});

describe("doctor", () => {
  test("with everything in place finds nothing", () => {
    const result = sandbox.run(amalgam, ["doctor"], onPath);
    expect(result.stdout.toString()).toContain("All is well.");
    expect(result.code).toBe(0);
  });
  test("reports as JSON", () => {
    const report = JSON.parse(sandbox.run(amalgam, ["doctor", "--json"], onPath).stdout.toString());
    expect(report.legacy).toMatchObject({ path: legacy, version: "7.2.4" });
    expect(report.facts.state).toBe("current");
    expect(report.launcher).toMatchObject({ path: launcher, active: true });
    expect(report.commands.filter((one: { native: boolean }) => !one.native)).toEqual([]);
  });
  test("finds that another hg comes first on the PATH", () => {
    const folder = path.join(sandbox.folder, "other");
    mkdirSync(folder);
    symlinkSync(legacy, path.join(folder, "hg"));
    const result = sandbox.run(amalgam, ["doctor"], { PATH: `${folder}:${process.env.PATH}` });
    expect(result.code).toBe(1);
    expect(result.stdout.toString()).toContain(`${folder}/hg, is not amalgam`);
  });
  test("finds that there is no legacy", () => {
    const result = sandbox.run(amalgam, ["doctor"], { AMALGAM_LEGACY_HG: "/nonexistent/hg" });
    expect(result.code).toBe(1);
    expect(result.stdout.toString()).toContain("does not exist or is not executable");
  });
  test("says which command an extension or a hook takes away, and why", () => {
    writeFileSync(path.join(sandbox.repository, ".hg", "hgrc"), "[hooks]\npre-status = true\n");
    const { commands } = JSON.parse(text("doctor", "--json"));
    rmSync(path.join(sandbox.repository, ".hg", "hgrc"));
    const route = (name: string) => commands.find((one: { command: string }) => one.command === name);
    expect(route("status")).toMatchObject({ native: false, reason: "config.hook" });
    expect(route("root")).toMatchObject({ native: true });
  });
});

describe("explain", () => {
  test("goes through the steps", () => {
    const steps = text("explain", "--", "status", "-mard");
    expect(steps).toMatch(/legacy +\S*hg\n/);
    expect(steps).toMatch(/policy +native/);
    expect(steps).toContain("native: the Rust engine answers");
  });
  test("names the reason for Python", () => {
    const report = JSON.parse(text("explain", "--json", "--", "commit", "-v"));
    expect(report).toMatchObject({
      args: ["commit", "-v"],
      answeredBy: "legacy",
      reason: "command.unknown",
      legacyPath: legacy,
    });
    expect(report.sentence).toBe("The command has no native implementation.");
  });
});

describe("commands", () => {
  test("lists commands with the flags that native leaves to Python", () => {
    const lines = text("commands").split("\n");
    const below = (start: string): string | undefined => lines[lines.findIndex((line) => line.startsWith(start)) + 1];
    expect(below("status, st ")).toContain("-m --modified");
    expect(lines.slice(lines.findIndex((line) => line.startsWith("every command"))).join(" ")).toContain("--cwd=");
    expect(lines.find((line) => line.startsWith("  to Python"))).toBeDefined();
  });
  test("prints as JSON what the generated table holds", () => {
    expect(JSON.parse(text("commands", "--json"))).toEqual({ commands, globalFlags });
  });
});

describe("policy", () => {
  const compile = (policy: string) => {
    writeFileSync(policyFile, policy);
    return run("policy", "compile");
  };
  const reason = (...args: string[]) =>
    sandbox.run(launcher, args, { AMALGAM_ON_UNSUPPORTED: "abort" }).stderr.toString();

  test("what it sends to Python goes to Python", () => {
    expect(
      compile("version: 1\nroutes:\n  - { command: root, mode: python }\n  - { command: '*', mode: native }\n").code,
    ).toBe(0);
    expect(reason("root")).toBe("unsupported: policy.python\n");
    expect(reason("status")).toBe("");
    expect(text("explain", "--", "root")).toContain("policy.python");
  });
  test("a change is not in force before it is compiled, and doctor says so", () => {
    writeFileSync(policyFile, "version: 1\nroutes: []\n# changed\n");
    expect(text("doctor")).toContain("has changed since it was compiled");
    expect(reason("status")).toBe("unsupported: policy.broken\n");
    expect(run("policy", "compile").code).toBe(0);
    expect(reason("status")).toBe("unsupported: policy.python\n");
    expect(text("policy", "compile")).toContain("already up to date");
  });
  test("mistakes are told with their position, and the old table stays", () => {
    const before = readFileSync(tableFile);
    const result = compile("version: 1\nroutes:\n  - { command: root, mode: nativ }\n");
    expect(result.code).toBe(2);
    expect(result.stderr.toString()).toContain(
      `${policyFile}:3:28: error: routes[1].mode has a value that is not allowed`,
    );
    expect(readFileSync(tableFile)).toEqual(before);
    const check = run("policy", "check", "--json");
    expect(check.code).toBe(2);
    expect(JSON.parse(check.stdout.toString()).problems).toHaveLength(1);
  });
  test("without a policy everything is native again", () => {
    rmSync(policyFile);
    expect(text("policy", "compile")).toContain("removed");
    expect(existsSync(tableFile)).toBe(false);
    expect(reason("root")).toBe("");
    expect(text("policy", "check")).toContain("there is no policy");
  });
  test("its schema is JSON", () => expect(JSON.parse(text("policy", "schema")).title).toBe("amalgam policy"));
  test("an unknown action is a mistake", () => expect(run("policy", "chek").code).toBe(2));
  test("a file that is not there is a mistake", () => expect(run("policy", "check", "/nonexistent.yaml").code).toBe(2));
});

describe("setup", () => {
  const folder = path.join(sandbox.folder, "a b", "bin");
  test("makes a folder whose hg is the launcher", () => {
    const words = text("setup", "--dir", folder);
    expect(readlinkSync(path.join(folder, "hg"))).toBe(launcher);
    expect(words).toContain(`export PATH='${folder}':"$PATH"`);
    expect(words).toContain("fish_add_path");
    const result = sandbox.run("/bin/sh", ["-c", `export PATH='${folder}':"$PATH"; hg root`], {
      AMALGAM_ON_UNSUPPORTED: "abort",
    });
    expect(result.stdout.toString()).toBe(`${sandbox.repository}\n`);
  });
  test("a second time changes nothing", () => {
    expect(JSON.parse(text("setup", "--dir", folder, "--json"))).toMatchObject({ changed: [], onPath: false });
  });
  test("is undone without a trace", () => {
    expect(run("setup", "--undo", "--dir", folder).code).toBe(0);
    expect(existsSync(folder)).toBe(false);
    expect(text("setup", "--undo", "--dir", folder)).toContain("nothing of amalgam's");
  });
  test("touches nothing that is not its own", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "hg"), "mine");
    expect(run("setup", "--dir", folder).code).toBe(2);
    expect(run("setup", "--undo", "--dir", folder).code).toBe(2);
    rmSync(path.join(folder, "hg"));
    symlinkSync(legacy, path.join(folder, "hg"));
    expect(run("setup", "--dir", folder).code).toBe(2);
    expect(readlinkSync(path.join(folder, "hg"))).toBe(legacy);
  });
});
