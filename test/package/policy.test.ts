// Policies as the launcher follows them: what else a route asks, a repository's own policy, and tables that are made
// anew behind a command when a policy has changed.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { amalgam, launcher, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
const home = path.join(sandbox.folder, "amalgam");
const userFile = path.join(home, "policy.yaml");
const repositoryFile = path.join(sandbox.repository, ".amalgam.yaml");

beforeAll(() => {
  sandbox.makeRepository();
  writeFileSync(path.join(sandbox.repository, ".hgignore"), "^\\.(amalgam|hgignore)");
  sandbox.run(amalgam, ["doctor"]);
});
afterAll(() => sandbox.remove());
afterEach(() => {
  rmSync(userFile, { force: true });
  rmSync(repositoryFile, { force: true });
  front("policy", "compile");
  rmSync(path.join(home, "cache", "compiling"), { force: true });
});

const front = (...args: string[]) => sandbox.run(amalgam, args);

function policy(text: string, file = userFile): void {
  writeFileSync(file, `version: 1\n${text}`);
  expect(front("policy", "compile").stderr.toString()).toBe("");
}

/** Whether native would answer, or the reason why not. */
function answer(args: string[], env: NodeJS.ProcessEnv = {}, cwd = sandbox.repository): string {
  const { code, stderr } = sandbox.run(launcher, args, { AMALGAM_ON_UNSUPPORTED: "abort", ...env }, cwd);
  return code === 252 ? stderr.toString().trim().replace("unsupported: ", "") : "native";
}

/** Waits for what a command has left to be done behind it. */
async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !done(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(done()).toBe(true);
}

test("a route asks for surroundings, and the next one decides where they are others", () => {
  const { username } = userInfo();
  const cases: [when: string, holds: boolean, env?: NodeJS.ProcessEnv][] = [
    ["env: { CI: true }", false],
    ["env: { CI: true }", true, { CI: "1" }],
    ["env: { CI: false }", false, { CI: "true" }],
    ["env: { TEAM: blue, CI: false }", true, { TEAM: "blue" }],
    ["env: { TEAM: blue, CI: false }", false, { TEAM: "green" }],
    [`users: [nobody-of-that-name, ${username}]`, true],
    ["users: [nobody-of-that-name]", false],
    [`repositories: ['${path.dirname(sandbox.repository)}']`, true],
    [`repositories: ['${path.dirname(sandbox.repository)}/*x']`, false],
    ["requirements: [generaldelta, nonsense]", true],
    ["requirements: [nonsense]", false],
    ["changesets: { min: 2 }", true],
    ["changesets: { min: 3 }", false],
    ["changesets: { max: 1 }", false],
    ["extensions: [rebase]", false],
  ];
  for (const [when, holds, env] of cases) {
    policy(`routes: [{ command: root, when: { ${when} }, mode: python }, { command: '*', mode: native }]\n`);
    expect([when, answer(["root"], { CI: undefined, ...env })]).toEqual([when, holds ? "policy.python" : "native"]);
  }
  writeFileSync(sandbox.env.HGRCPATH ?? "", "[extensions]\nrebase =\n");
  policy(`routes: [{ command: root, when: { extensions: [rebase] }, mode: python }, { command: '*', mode: native }]\n`);
  expect(answer(["root"])).toBe("policy.python");
  writeFileSync(sandbox.env.HGRCPATH ?? "", "");
  expect(front("explain", "--", "root").stdout.toString()).toContain("rule 2");
});

test("a repository's policy narrows what the user's says, and can say nothing else", () => {
  policy("routes: [{ command: '*', mode: native }]\n");
  policy(
    "routes: [{ command: log, mode: python }, { command: status, flags: [--rev], mode: python }]\n",
    repositoryFile,
  );
  expect(answer(["log", "-l", "1"])).toBe("policy.python");
  expect(answer(["status"])).toBe("native");
  expect(answer(["status", "--rev", "0"])).toBe("policy.python");
  expect(answer(["root"])).toBe("native");
  expect(front("explain", "--", "log").stdout.toString()).toContain("rule 1 of the repository");

  writeFileSync(
    repositoryFile,
    "version: 1\nlegacy: { executable: /tmp/evil }\nroutes:\n  - command: log\n    mode: native\n",
  );
  const checked = front("policy", "check");
  expect(checked.code).toBe(2);
  expect(checked.stdout.toString()).toContain(`${repositoryFile}:2:1: `);
  expect(checked.stdout.toString()).toContain(`${repositoryFile}:5:11: `);
  expect(front("policy", "compile").code).toBe(2);
  // What was compiled before is of another file.
  expect(answer(["root"])).toBe("policy.broken");
});

test("a repository's policy holds in a folder below and not in another repository", () => {
  policy("routes: [{ command: root, mode: python }]\n", repositoryFile);
  expect(answer(["root"], {}, path.join(sandbox.repository, "folder"))).toBe("policy.python");
  expect(answer(["root", "--cwd", "folder"])).toBe("policy.python");
  const other = path.join(sandbox.folder, "other");
  mkdirSync(other, { recursive: true });
  sandbox.run(launcher, ["init"], {}, other);
  expect(answer(["root"], {}, other)).toBe("native");
  expect(answer(["root", "-R", sandbox.repository], {}, other)).toBe("policy.python");
});

test("the journal is as large as the policy says, or is not kept", () => {
  const state = path.join(home, "state");
  const journal = path.join(state, "journal.jsonl");
  mkdirSync(state, { recursive: true });
  policy("journal: { enabled: false }\nroutes: [{ command: '*', mode: native }]\n");
  sandbox.run(launcher, ["root"]);
  expect(existsSync(journal)).toBe(false);
  policy("journal: { maxSize: 1KiB }\nroutes: [{ command: '*', mode: native }]\n");
  for (let turn = 0; turn < 30; turn += 1) sandbox.run(launcher, ["root"]);
  expect(readFileSync(path.join(state, "journal.1.jsonl")).length).toBeGreaterThan(1024);
  expect(readFileSync(path.join(state, "journal.1.jsonl")).length).toBeLessThan(1300);
  rmSync(state, { recursive: true });
});

test("a policy that has changed is compiled behind the next command", async () => {
  policy("routes: [{ command: '*', mode: native }]\n");
  writeFileSync(userFile, "version: 1\nroutes: [{ command: status, mode: native }] # changed\n");
  // Legacy answers meanwhile.
  const meanwhile = sandbox.run(launcher, ["root"]);
  expect(meanwhile.stdout.toString()).toBe(`${sandbox.repository}\n`);
  await until(() => answer(["root"]) === "policy.python");
  expect(answer(["status"])).toBe("native");
});

test("a broken policy leaves the last one that was in order, and doctor says so", async () => {
  policy("routes: [{ command: status, mode: native }]\n");
  writeFileSync(userFile, "version: 1\nroutes: [{ command: status, mode: nativ }]\n");
  sandbox.run(launcher, ["root"]);
  await until(() => answer(["status"]) === "native");
  expect(answer(["root"])).toBe("policy.python");
  const doctor = front("doctor").stdout.toString();
  expect(doctor).toContain(`${userFile}:2:35`);
});

test("a repository's policy is compiled behind the first command there", async () => {
  writeFileSync(repositoryFile, "version: 1\nroutes: [{ command: log, mode: python }]\n");
  expect(answer(["root"])).toBe("policy.broken");
  sandbox.run(launcher, ["root"]);
  await until(() => answer(["root"]) === "native");
  expect(answer(["log"])).toBe("policy.python");
});

test("two compilers at once, and a note that is nonsense, do no harm", async () => {
  policy("routes: [{ command: '*', mode: native }]\n");
  const note = path.join(home, "compiler");
  expect(existsSync(note)).toBe(true);
  const before = readFileSync(note);
  writeFileSync(note, "nonsense\n");
  writeFileSync(userFile, "version: 1\nroutes: [{ command: root, mode: python }] # other\n");
  expect(sandbox.run(launcher, ["root"]).code).toBe(0);
  expect(answer(["root"])).toBe("policy.broken");
  writeFileSync(note, before);
  await Promise.all(Array.from({ length: 4 }, async () => front("policy", "compile")));
  expect(answer(["root"])).toBe("policy.python");
});

test("on a disk that takes nothing more commands answer, nothing is lost, and the compiler says what to do", () => {
  policy("routes: [{ command: '*', mode: native, verify: 100% }]\ncompare: { ci: true }\n");
  const state = path.join(home, "state");
  mkdirSync(state, { recursive: true });
  const full = (program: string, ...args: string[]) =>
    sandbox.run("/bin/sh", ["-c", `trap '' XFSZ; ulimit -f 0; exec "$@"`, "sh", program, ...args]);
  const names = () => readdirSync(home).sort();
  try {
    const before = names();
    const table = readFileSync(path.join(home, "route-table"));
    expect(full(launcher, "root")).toMatchObject({ code: 0, stdout: Buffer.from(`${sandbox.repository}\n`) });
    writeFileSync(userFile, "version: 1\nroutes: [{ command: '*', mode: python }]\n");
    // Its table is another's now, and cannot be made anew.
    expect(full(launcher, "root")).toMatchObject({ code: 0, stdout: Buffer.from(`${sandbox.repository}\n`) });
    const refused = full(amalgam, "policy", "compile");
    expect(refused.code).toBe(2);
    expect(refused.stderr.toString()).toMatch(/^amalgam: .*route-table: file too large\n {2}\S/);
    expect(readFileSync(path.join(home, "route-table"))).toEqual(table);
    expect(names()).toEqual(before);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
