// Every kind of mistake in a policy: where, what was found, what is allowed; and all of them at once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { describeProblem } from "../../../shim/policy/problem.ts";
import { parsePolicy, readPolicyFile } from "../../../shim/policy/read.ts";

const folder = mkdtempSync(path.join(tmpdir(), "amalgam-policy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const problems = (text: string) => parsePolicy(text, "p.yaml").problems.map(describeProblem);

describe("a good policy", () => {
  test("is read with its defaults", () => {
    const { policy, problems } = parsePolicy(
      "version: 1\nlegacy: {}\nroutes:\n  - command: [status, files]\n    mode: native\n  - { command: '*', mode: python }\n",
      "p.yaml",
    );
    expect(problems).toEqual([]);
    expect(policy?.legacy).toEqual({ executable: "auto" });
    expect(policy?.routes).toHaveLength(2);
  });
  test("may use anchors", () => {
    const text = "version: 1\nroutes:\n  - { command: cat, mode: &m native }\n  - { command: root, mode: *m }\n";
    expect(parsePolicy(text, "p.yaml").policy?.routes?.[1]?.mode).toBe("native");
  });
});

describe("a mistake is told with position, value and what is allowed", () => {
  test("what else a route asks", () => {
    const when =
      '{ env: { CI: 3, "A B": true }, repositorys: [x], repositories: [x], changesets: { min: 5, max: 3 }, users: [-x] }';
    const found = problems(`version: 1\nroutes: [{ command: log, mode: native, when: ${when} }]\n`);
    expect(found.map((text) => text.split("\n")[0]?.replace(/.*error: /, ""))).toEqual([
      "routes[1].when.env.CI must be true, false or text",
      "routes[1].when.env.A B is not the name of a variable",
      "unknown key in routes[1].when",
      "routes[1].when.repositories[1] is not an absolute path",
      "routes[1].when.changesets: min is more than max",
      "routes[1].when.users[1] is not the name of a user",
    ]);
  });
  test("what a repository's policy cannot say", () => {
    const text = "version: 1\nlegacy: {}\nbreaker: {}\nroutes:\n  - { command: log, mode: shadow }\n";
    const found = parsePolicy(text, ".amalgam.yaml", "repository").problems;
    expect(found.map(({ line, column, found: what }) => [line, column, what])).toEqual([
      [2, 1, "legacy"],
      [3, 1, "breaker"],
      [5, 27, "shadow"],
    ]);
  });
  test.each([
    [
      "a version that is not known",
      "version: 2\n",
      "p.yaml:1:10: error: version has a value that is not allowed\n  found: 2\n  allowed: 1",
    ],
    ["an empty file", "", "p.yaml:1:1: error: version is missing\n  allowed: 1"],
    ["a list instead of a mapping", "- 1\n", "p.yaml:1:1: error: the policy must be a mapping\n  found: a list"],
    [
      "an unknown key",
      "version: 1\nlegcy: {}\n",
      "p.yaml:2:1: error: unknown key\n  found: legcy\n  allowed: version, legacy, journal, routes, breaker, compare, extensions\n  did you mean legacy?",
    ],
    [
      "an unknown mode",
      "version: 1\nroutes:\n  - command: cat\n    mode: nativ\n",
      "p.yaml:4:11: error: routes[1].mode has a value that is not allowed\n  found: nativ\n  allowed: python, shadow, native, canary\n  did you mean native?",
    ],
    [
      "a missing mode",
      "version: 1\nroutes:\n  - command: cat\n",
      "p.yaml:3:5: error: routes[1].mode is missing\n  allowed: python, shadow, native, canary",
    ],
    [
      "a command that is a mapping",
      "version: 1\nroutes:\n  - { command: {}, mode: python }\n",
      "p.yaml:3:16: error: routes[1].command must be a command name or a list of them\n  found: a mapping",
    ],
    [
      "an empty list of commands",
      "version: 1\nroutes:\n  - { command: [], mode: python }\n",
      "p.yaml:3:16: error: routes[1].command must not be empty\n  found: a list",
    ],
    [
      "a relative path",
      "version: 1\nlegacy: { executable: bin/hg }\n",
      "p.yaml:2:23: error: legacy.executable is neither auto nor an absolute path\n  found: bin/hg",
    ],
    [
      "a canary without its share",
      "version: 1\nroutes:\n  - { command: log, mode: canary }\n",
      "p.yaml:3:5: error: routes[1].percent: a canary needs it",
    ],
    [
      "a share without a canary",
      "version: 1\nroutes:\n  - { command: log, mode: native, percent: 5 }\n",
      "p.yaml:3:44: error: routes[1].percent: only a canary has it\n  found: 5",
    ],
    [
      "a flag that the command does not have",
      "version: 1\nroutes:\n  - { command: log, flags: [--templat], mode: python }\n",
      "p.yaml:3:29: error: log has no such flag\n  found: --templat\n  did you mean --template?",
    ],
    [
      "a flag by its letter",
      "version: 1\nroutes:\n  - { command: log, flags: [-T], mode: python }\n",
      "p.yaml:3:29: error: routes[1].flags[1] is not the long name of a flag, such as --rev\n  found: -T",
    ],
    [
      "a share that is no percentage",
      "version: 1\nroutes:\n  - { command: log, mode: native, verify: 1 }\n",
      "p.yaml:3:43: error: routes[1].verify must be text\n  found: 1",
    ],
    [
      "what only native answers have",
      "version: 1\nroutes:\n  - { command: log, mode: shadow, verify: 1% }\n",
      "p.yaml:3:43: error: routes[1].verify: only what native answers is verified\n  found: 1%",
    ],
    [
      "a time without its unit",
      "version: 1\nbreaker: { cooldown: '7' }\n",
      "p.yaml:2:22: error: breaker.cooldown is not a time such as 7d, 12h, 30m or 45s\n  found: 7",
    ],
    [
      "a number that is too small",
      "version: 1\nbreaker: { mismatches: 0 }\n",
      "p.yaml:2:24: error: breaker.mismatches must be at least 1\n  found: 0",
    ],
    [
      "a number that is too large",
      "version: 1\ncompare: { atOnce: 99 }\n",
      "p.yaml:2:20: error: compare.atOnce must be at most 16\n  found: 99",
    ],
    [
      "a mistyped key of the breaker",
      "version: 1\nbreaker: { mismatch: 2 }\n",
      "p.yaml:2:12: error: unknown key in breaker\n  found: mismatch\n  allowed: mismatches, cooldown, clean\n  did you mean mismatches?",
    ],
    ["a key that stands twice", "version: 1\nversion: 1\n", "p.yaml:2:1: error: Map keys must be unique"],
    [
      "a second document",
      "version: 1\n---\nversion: 1\n",
      "p.yaml:2:1: error: a policy is one YAML document; this is a second one",
    ],
  ])("%s", (_, text, expected) => {
    expect(problems(text)[0]).toContain(expected);
  });

  test("a command that native does not have", () => {
    const [first] = problems("version: 1\nroutes:\n  - { command: statsu, mode: native }\n");
    expect(first).toMatch(/^p\.yaml:3:16: error: native has no such command\n {2}found: statsu\n {2}allowed: .*status/);
    expect(first).toContain("did you mean status?");
  });
});

test("all mistakes are told at once, in their order", () => {
  const text =
    "version: 3\nroutes:\n  - { command: statsu, mode: native }\n  - { command: cat, mode: fast }\n  - 7\nextra: 1\n";
  const lines = parsePolicy(text, "p.yaml").problems.map((problem) => problem.line);
  expect(lines).toEqual([1, 3, 4, 5, 6]);
});

describe("a warning does not keep the policy from being used", () => {
  test("a route that can never decide", () => {
    const text = "version: 1\nroutes:\n  - { command: '*', mode: native }\n  - { command: cat, mode: python }\n";
    const { policy, problems } = parsePolicy(text, "p.yaml");
    expect(policy).toBeDefined();
    expect(problems.map(describeProblem)).toEqual([
      "p.yaml:4:16: warning: has no effect: route 1 decides already\n  found: cat",
    ]);
  });
  test("a name that looks misspelt", () => {
    const { policy, problems } = parsePolicy("version: 1\nroutes:\n  - { command: statsu, mode: python }\n", "p.yaml");
    expect(policy).toBeDefined();
    expect(problems[0]?.suggestion).toBe("status");
  });
});

describe("files", () => {
  const put = (name: string, content: string | Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  test("none", () => expect(readPolicyFile(path.join(folder, "none"))).toBeUndefined());
  test("not UTF-8", () => {
    expect(readPolicyFile(put("latin", Buffer.from([0x23, 0xe9, 0x0a])))?.problems[0]?.message).toBe("not UTF-8 text");
  });
  test("a folder", () => expect(readPolicyFile(folder)?.problems[0]?.message).toBe("this is not a file"));
  test("too large", () => {
    expect(readPolicyFile(put("large", "#".repeat(1024 * 1024 + 1)))?.problems[0]?.message).toContain("larger than");
  });
  test("aliases that multiply without end are refused", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ..."bcdefgh".split("").map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`),
    ];
    expect(readPolicyFile(put("bomb", `${bomb.join("\n")}\n`))?.policy).toBeUndefined();
  });
});
