// A whole run of `npm run compat:upstream`'s engine, with a stand-in for Mercurial's harness: what runs, what is
// kept, and what is tried again.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listVariants } from "../../compat/upstream/harness.ts";
import { KeptRuns } from "../../compat/upstream/kept.ts";
import { type Plan, runAll } from "../../compat/upstream/run.ts";

/** Lists the tests that it is given; runs one by asking `hg` for its result and difference. */
const standIn = `import json, os, subprocess, sys
args = sys.argv[1:]
tests = [os.path.basename(arg) for arg in args if arg.endswith(".t") or ".t#" in arg]
if "--list-tests" in args:
    print("\\n".join(reversed(tests)))
    sys.exit(0)
value = lambda name: args[args.index(name) + 1]
said = subprocess.run([value("--with-hg"), tests[0]], capture_output=True, text=True).stdout.split()
if said[0] == "crash":
    sys.exit("the harness fails")
report = {tests[0]: {"result": said[0], "diff": " ".join(said[1:])}}
with open(os.path.join(value("--outputdir"), "report.json"), "w") as file:
    file.write("testreport =" + json.dumps(report))
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "amalgam-upstream-run-"));
  mkdirSync(path.join(folder, "tests"));
  writeFileSync(path.join(folder, "tests", "run-tests.py"), standIn);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes down for which test it was asked, and answers by the lines of a shell `case`. */
function program(name: string, cases: string): string {
  const file = path.join(folder, name);
  const asked = path.join(folder, `${name}.asked`);
  const journal =
    'if [ "$AMALGAM_JOURNAL" ]; then printf "%s\\n" \'{"answer":"native","command":"root"}\' >> "$AMALGAM_JOURNAL"; fi';
  const script = `#!/bin/sh\necho "$1" >> ${asked}\n${journal}\ncase "$1" in ${cases} *) echo success;; esac\n`;
  writeFileSync(file, script, { mode: 0o755 });
  return file;
}

const asked = (name: string): string[] => {
  const file = path.join(folder, `${name}.asked`);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};

function plan(legacy: string, launcher: string, variants: string[], lazy = false): Plan {
  return {
    harness: { tests: path.join(folder, "tests"), python: "python3", home: folder },
    legacy,
    launcher,
    transport: "exec",
    work: path.join(folder, "work"),
    legacyRuns: new KeptRuns(path.join(folder, "kept-legacy")),
    amalgamRuns: new KeptRuns(path.join(folder, "kept-amalgam")),
    variants,
    jobs: 2,
    lazy,
    progress: () => {},
  };
}

it("compares, keeps, and tries a difference again", async () => {
  const once = path.join(folder, "once");
  const legacy = program("legacy", "test-fails.t) echo failure here;; test-skip.t) echo skip;;");
  const launcher = program(
    "amalgam",
    `test-fails.t) echo failure here;; test-skip.t) echo skip;; test-differs.t) echo failure there;;
     test-unstable.t) if [ -e ${once} ]; then echo success; else touch ${once}; echo failure; fi;; test-crash.t) echo crash;;`,
  );
  const variants = ["same", "fails", "skip", "differs", "unstable", "crash"].map((name) => `test-${name}.t`);
  const results = await runAll(plan(legacy, launcher, variants));
  const verdicts = Object.fromEntries([...results].map(([test, { verdict }]) => [test.slice(5, -2), verdict]));
  expect(verdicts).toEqual({
    same: "same",
    fails: "legacy-fails",
    skip: "skipped",
    differs: "differs",
    unstable: "same",
    crash: "differs",
  });
  expect(results.get("test-unstable.t")?.unstable).toBe(true);
  expect(results.get("test-same.t")).toEqual({ verdict: "same", journal: { "native root": 1 } });
  const runs = asked("amalgam").filter((test) => test !== "test-amalgam-facts.t");
  expect(runs.filter((test) => test === "test-differs.t")).toHaveLength(2);
  expect(asked("legacy")).toHaveLength(variants.length);

  const again = await runAll(plan(legacy, launcher, variants));
  expect(asked("legacy")).toHaveLength(variants.length);
  expect(asked("amalgam").filter((test) => test !== "test-amalgam-facts.t")).toEqual(runs);
  expect(again.get("test-differs.t")?.verdict).toBe("differs");
});

it("has a test's command servers for that test alone, counts their answers, and ends them", async () => {
  const server = [
    `if [ "$AMALGAM_TRANSPORT" = warm ] && [ "$1" = test-a.t ]; then`,
    `  ls "$AMALGAM_HOME" > ${folder}/home`,
    `  mkdir -p "$AMALGAM_HOME/run/key"; sleep 60 > /dev/null 2>&1 & echo $! > ${folder}/pid`,
    `  echo "$! 1 7.2.4 hg" > "$AMALGAM_HOME/run/key/about"`,
    `  printf '%s\\n' '{"answer":"warm","reason":"command.unknown","command":"add"}' >> "$AMALGAM_JOURNAL"`,
    "fi",
  ];
  const launcher = program("amalgam", "");
  writeFileSync(launcher, readFileSync(launcher, "utf8").replace("#!/bin/sh\n", `#!/bin/sh\n${server.join("\n")}\n`));
  const results = await runAll({
    ...plan(program("legacy", ""), launcher, ["test-a.t", "test-b.t"]),
    transport: "warm",
  });
  const journal = { "command.unknown add": 1, "native root": 1 };
  expect(results.get("test-a.t")).toEqual({ verdict: "same", journal, warm: 1 });
  expect(results.get("test-b.t")).toEqual({ verdict: "same", journal: { "native root": 1 } });
  expect(readFileSync(path.join(folder, "home"), "utf8")).toBe("");
  const process = readFileSync(path.join(folder, "pid"), "utf8").trim();
  const state = () => (existsSync(`/proc/${process}/stat`) ? readFileSync(`/proc/${process}/stat`, "utf8") : ") Z");
  await expect.poll(state).toContain(") Z");
});

it("leaves Mercurial out where amalgam gives what is expected, if it may", async () => {
  const legacy = program("legacy", "test-b.t) echo failure x;;");
  const launcher = program("amalgam", "test-b.t) echo failure x;;");
  const results = await runAll(plan(legacy, launcher, ["test-a.t", "test-b.t"], true));
  expect(asked("legacy")).toEqual(["test-b.t"]);
  expect(results.get("test-a.t")).toEqual({ verdict: "same", assumed: true, journal: { "native root": 1 } });
  expect(results.get("test-b.t")?.verdict).toBe("legacy-fails");
});

it("stops where amalgam knows nothing of Mercurial", async () => {
  const launcher = program("amalgam", "*facts.t) echo failure 'unsupported: legacy.facts-missing';;");
  await expect(runAll(plan(program("legacy", ""), launcher, ["test-a.t"]))).rejects.toThrow("facts-missing");
  expect(asked("legacy")).toEqual([]);
});

it("keeps the order of the choice", async () => {
  const harness = { tests: path.join(folder, "tests"), python: "python3", home: folder };
  const variants = await listVariants(harness, program("legacy", ""), ["test-b.t", "test-a.t", "test-c.t#x"]);
  expect(variants).toEqual(["test-b.t", "test-a.t", "test-c.t#x"]);
});
