// The parity runner's own parts: what splits command lines, weighs results and words differences.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadCases } from "../../compat/runner/cases.ts";
import type { Result } from "../../compat/runner/compare.ts";
import { canonicalDirstate } from "../../compat/runner/dirstate.ts";
import { isExcluded } from "../../compat/runner/exclusions.ts";
import { canonicalFncache } from "../../compat/runner/fncache.ts";
import { compareOutcomes, visible } from "../../compat/runner/judge.ts";
import { entriesFor } from "../../compat/runner/ledger.ts";
import { canonicalNodemap } from "../../compat/runner/nodemap.ts";
import { staleLines, weigh } from "../../compat/runner/outcome.ts";
import { withoutOuterFrames } from "../../compat/runner/transports.ts";
import { shellQuote, splitWords } from "../../compat/runner/words.ts";
import { FileMistakes } from "../../compat/runner/yaml-file.ts";

const folder = mkdtempSync(path.join(tmpdir(), "amalgam-cases-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const outcome = (stdout: string, code = 0, changes = {}) => ({
  answer: { stdout: Buffer.from(stdout, "latin1"), stderr: Buffer.alloc(0), code },
  changes,
});

describe("splitWords", () => {
  it.each([
    ["a  b", ["a", "b"]],
    [`'a b' "c \\"d" e\\ f ''`, ["a b", 'c "d', "e f", ""]],
    ["é'x'日", ["éx日"]],
  ])("splits %s", (line, words) => {
    expect(splitWords(line).map(String)).toEqual(words);
  });

  it("reads bytes", () => {
    expect(splitWords("$'a\\xff\\n'")).toEqual([Buffer.from([97, 255, 10])]);
  });

  it.each(["'a", '"a', "$'a", "$'\\q'"])("refuses %s", (line) => {
    expect(() => splitWords(line)).toThrow();
  });

  it("is undone by quoting", () => {
    const words = ["it's", "a b", "", "$x", "-n"].map((text) => Buffer.from(text));
    expect(splitWords(words.map((word) => shellQuote(word).toString()).join(" "))).toEqual(words);
  });
});

describe("case files", () => {
  it("are refused with every mistake and its place", () => {
    writeFileSync(
      path.join(folder, "bad.yaml"),
      "command: x\ncases:\n  - name: UPPER\n    repos: here\n    run: a\n    nativ: required\n  - name: b\n    repos: here\n",
    );
    let mistakes: string[] = [];
    try {
      loadCases(folder, { fixtures: new Set(["here"]) });
    } catch (error) {
      if (error instanceof FileMistakes) mistakes = error.mistakes;
    }
    const file = path.join(folder, "bad.yaml");
    const places = mistakes.map((mistake) => mistake.slice(0, mistake.indexOf(": ")));
    expect(places).toEqual(expect.arrayContaining([`${file}:3:11`, `${file}:6:5`, `${file}:7:5`]));
    expect(mistakes.join("\n")).toMatch(/unknown key nativ; allowed are name, about, repos, run/);
  });

  it.each([
    ["repos: [r, nowhere]\n    run: a", "4:12: case n: no repository named nowhere; allowed are r"],
    ["run: a", "3:5: case n: needs repos"],
    ["repos: r\n    run: |\n      a\n      b 'c", "5:10: case n: unclosed ' in: b 'c"],
    ["repos: r\n    run: |\n      a\n      a", "listed twice: bad/n/r: a"],
    [
      "repos: r\n    run: a\n    native: yes",
      '6:13: cases.0.native: Invalid option: expected one of "required"|"allowed"',
    ],
    ["repos: r\n    run: [a", "Flow sequence"],
  ])("say what is wrong with %j", (text, words) => {
    writeFileSync(path.join(folder, "bad.yaml"), `command: x\ncases:\n  - name: n\n    ${text}\n`);
    expect(() => loadCases(folder, { fixtures: new Set(["r"]) })).toThrow(words);
  });

  it("expand to repositories, folders, variants and lines", () => {
    writeFileSync(
      path.join(folder, "bad.yaml"),
      "command: x\ncases:\n  - name: n\n    repos: [r, s]\n    cwd: [repo, repo/d]\n    run: |\n      a b\n      c\n    variants:\n      one: { config: [x.y=1] }\n      two: {}\n",
    );
    const cases = loadCases(folder, { fixtures: new Set(["r", "s"]) });
    expect(cases).toHaveLength(16);
    expect(cases[0]?.id).toBe("bad/n@one/r: a b");
    expect(cases[0]?.args?.map(String)).toEqual(["--config", "x.y=1", "a", "b"]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(16);
  });
});

describe("comparison", () => {
  it("finds nothing between equals", () => {
    expect(compareOutcomes(outcome("a\n", 0, { x: "file" }), outcome("a\n", 0, { x: "file" }))).toEqual([]);
  });

  it("shows a missing newline, a code and a changed file", () => {
    const found = compareOutcomes(outcome("a\n"), outcome("a", 1, { "repo/f": null }));
    expect(found.map(({ what }) => what)).toEqual(["stdout", "code", "files"]);
    expect(found[0]?.text).toContain("no newline");
  });

  it("shows bytes that cannot be seen", () => {
    expect(visible(Buffer.from("\x1b[0m\tx \r\n\u200b"))).toBe("\\e[0m\\tx\\x20\\r\n\\x200b");
    expect(visible(Buffer.from([0xff, 0x61]))).toBe("\\xffa");
  });

  it("leaves out caches and nothing else", () => {
    expect(isExcluded("repo/.hg/cache/tags2-visible")).toBe(true);
    expect(isExcluded("repo/.hg/dirstate")).toBe(false);
    expect(isExcluded("repo/cache/tags2-visible")).toBe(false);
  });

  it("reads a dirstate in any order, and refuses a cut one", () => {
    const entry = (name: string): Buffer => {
      const head = Buffer.alloc(17);
      head.write("n");
      head.writeUInt32BE(name.length, 13);
      return Buffer.concat([head, Buffer.from(name)]);
    };
    const parents = Buffer.alloc(40);
    const [one, two] = [
      Buffer.concat([parents, entry("a"), entry("b")]),
      Buffer.concat([parents, entry("b"), entry("a")]),
    ];
    expect(canonicalDirstate(one, Buffer.from("/"))).toBe(canonicalDirstate(two, Buffer.from("/")));
    expect(canonicalDirstate(one.subarray(0, -1), Buffer.from("/"))).toBeUndefined();
  });
});

describe("what is compared of a way to legacy", () => {
  it("is not the order of the names in fncache", () => {
    const of = (text: string) => canonicalFncache(Buffer.from(text));
    expect(of("data/a.i\ndata/b.i\n")).toBe(of("data/b.i\ndata/a.i\n"));
    expect(of("data/a.i\n")).not.toBe(of("data/a.i\ndata/a.i\n"));
    expect(of("data/a.i")).toBeUndefined();
  });

  it("is not the random name of a persistent nodemap's data", () => {
    const of = (id: string, data: string, name = id) => {
      const docket = Buffer.alloc(34);
      docket.writeUInt8(1, 0);
      docket.writeUInt8(id.length, 1);
      docket.writeBigUInt64BE(4n, 10);
      docket.writeBigUInt64BE(3n, 26);
      writeFileSync(path.join(folder, `00changelog-${name}.nd`), data);
      const bytes = Buffer.concat([docket, Buffer.from(`${id}tip`)]);
      return canonicalNodemap(bytes, Buffer.from(path.join(folder, "00changelog.n")));
    };
    expect(of("0a", "tree")).toBe(of("0b", "tree and what is not yet in the docket"));
    expect(of("0a", "tree")).not.toBe(of("0a", "eert"));
    expect(of("0c", "tr")).toBeUndefined();
    expect(of("0d", "tree", "0e")).toBeUndefined();
    expect(canonicalNodemap(Buffer.alloc(60), Buffer.from("/00changelog.n"))).toBeUndefined();
  });

  it("is not how the process came to run the command", () => {
    const frame = (file: string, name: string) => `  File "/py/mercurial/${file}", line 1, in ${name}\n    code()\n`;
    const inner = `${frame("dispatch.py", "dispatch")}${frame("dirstate.py", "read")}struct.error: cut\n`;
    const answer = (outer: string, said: string) => ({
      stdout: Buffer.of(),
      stderr: Buffer.from(`** hg\nTraceback (most recent call last):\n${outer}${said}`),
      code: 1,
    });
    const exec = withoutOuterFrames(answer(frame("dispatch.py", "run"), inner));
    const warm = withoutOuterFrames(
      answer(frame("commandserver.py", "serve") + frame("chgserver.py", "runcommand"), inner),
    );
    expect(warm).toEqual(exec);
    expect(exec.stderr.toString()).toBe(`** hg\nTraceback (most recent call last):\n${inner}`);
    // Another place, and a traceback from before any command.
    expect(withoutOuterFrames(answer("", inner.replace("dirstate", "manifest")))).not.toEqual(exec);
    const early = answer(frame("chgserver.py", "chdir"), "OSError: gone\n");
    expect(withoutOuterFrames(early)).toEqual(early);
  });
});

describe("the ledger", () => {
  const result = (id: string, differs: boolean): Result => ({
    id,
    command: "x",
    fixture: "f",
    face: "launcher",
    native: true,
    reason: undefined,
    differences: differs ? [{ what: "code", text: "" }] : [],
    reproduce: "",
  });
  const ledger = new Map([["known", { kind: "not-yet" as const, reason: "owed", file: "f.yaml" }]]);

  it("fails on a new difference, on one that has gone, and on one for no case", () => {
    const exists = (id: string): boolean => ["known", "new"].includes(id);
    const verdicts = (...results: Result[]): string[] =>
      weigh(results, ledger, exists).judged.map(({ verdict }) => verdict);
    expect(verdicts(result("known", true), result("new", false))).toEqual(["known", "passed"]);
    expect(verdicts(result("known", false), result("new", true))).toEqual(["failed", "failed"]);
    const none = weigh([], ledger, () => false).ledger;
    expect(staleLines(none, true)).toEqual(["f.yaml: no such case: known"]);
    expect(staleLines(none, false)).toEqual([]);
    expect(weigh([], ledger, exists).ledger[0]?.state).toBe("not run");
  });

  it("covers only the parts that an entry names", () => {
    const entry = { kind: "never" as const, reason: "owed", file: "f.yaml", parts: ["files"] };
    const { judged } = weigh([result("known", true)], new Map([["known", entry]]), () => true);
    expect(judged[0]).toMatchObject({ verdict: "failed", note: "f.yaml knows only of a difference in files" });
  });

  it("has entries for any text, which become one per case", () => {
    const entry = { kind: "flaky" as const, reason: "owed", file: "f.yaml" };
    const wide = new Map([["g/*: a*", entry]]);
    expect([...entriesFor(wide, ["g/r: a", "g/s: a -x", "g/r: b"]).keys()]).toEqual(["g/r: a", "g/s: a -x"]);
    expect([...entriesFor(wide, ["g/r: b"]).keys()]).toEqual(["g/*: a*"]);
  });
});
