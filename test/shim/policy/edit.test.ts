// Promoting a command changes one route of the policy and leaves everything else as a person wrote it.
import { expect, test } from "vitest";
import { promoteIn } from "../../../shim/policy/edit.ts";

const changed = (text: string, command: string): string => {
  const edited = promoteIn(text, command);
  return edited.kind === "changed" ? edited.text : edited.kind;
};

test("a route of its own becomes native, with its comments and without what only a canary has", () => {
  const text = `# ours
version: 1
routes:
  # history, carefully
  - command: log # since May
    mode: canary
    percent: 25
    bucketBy: [user]
    else: shadow
    verify: 1%
  - { command: "*", mode: python }
`;
  expect(changed(text, "log")).toBe(`# ours
version: 1
routes:
  # history, carefully
  - command: log # since May
    mode: native
    verify: 1%
  - { command: "*", mode: python }
`);
});

test("a command among others gets a route before theirs, which keeps its comment", () => {
  const text = `version: 1
routes:
  # not yet
  - command: [log, st]
    mode: shadow
`;
  expect(changed(text, "status")).toBe(`version: 1
routes:
  - command: status
    mode: native
  # not yet
  - command: [log, st]
    mode: shadow
`);
  expect(changed('version: 1\nroutes: [{ command: "*", mode: python }]\n', "cat")).toBe(
    'version: 1\nroutes:\n  - { command: cat, mode: native }\n  - { command: "*", mode: python }\n',
  );
});

test("routes for some flags stay in front, since they do not decide every line", () => {
  const text = `version: 1
routes:
  - command: log
    flags: [--graph]
    mode: python
  - command: log
    mode: shadow
`;
  expect(changed(text, "log")).toBe(text.replace("shadow", "native"));
});

test("an empty policy gets its first route, and what is native already stays", () => {
  expect(changed("", "log")).toBe("version: 1\nroutes:\n  - command: log\n    mode: native\n");
  expect(changed("version: 1\nroutes: [{ command: '*', mode: native }]\n", "log")).toBe("already");
});
