// Generated cases: the same from the same seed, complete over many, and small once they differ.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lineWord, scriptWord } from "../../compat/generate/bytes.ts";
import type { GeneratedCase } from "../../compat/generate/generate.ts";
import { knownDifferences } from "../../compat/generate/known.ts";
import { generateLine, lineText } from "../../compat/generate/lines.ts";
import { Random } from "../../compat/generate/random.ts";
import { generateRepository, repositoryScript } from "../../compat/generate/repository.ts";
import { minimise, shrink } from "../../compat/generate/shrink.ts";
import { readTable } from "../../compat/generate/table.ts";
import { enabledExtensions } from "../../compat/generate/traces.ts";
import { extensionSettings } from "../../compat/runner/extensions.ts";
import { findLegacy, projectRoot } from "../../compat/runner/options.ts";
import { splitWords } from "../../compat/runner/words.ts";
import { commands, globalFlags } from "../../shim/generated/commands.ts";

const folder = mkdtempSync(path.join(tmpdir(), "amalgam-generate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = readTable(path.join(projectRoot, "bin/amalgam"));
const nodes = ["0123456789abcdef0123456789abcdef01234567", "f".repeat(40)];
const linesOf = (seed: number, count: number) => {
  const place = { random: new Random(seed), repository: generateRepository(seed), nodes };
  return Array.from({ length: count }, () => generateLine(place, table));
};
const everySeed = Array.from({ length: 60 }, (_, seed) => seed);

describe("a seed", () => {
  it("always gives the same repository and the same lines", () => {
    for (const seed of [1, 77, 123_456]) {
      expect(repositoryScript(generateRepository(seed))).toBe(repositoryScript(generateRepository(seed)));
      expect(linesOf(seed, 20).map(lineText)).toEqual(linesOf(seed, 20).map(lineText));
    }
    expect(linesOf(1, 20).map(lineText)).not.toEqual(linesOf(2, 20).map(lineText));
  });

  it("gives scripts that a shell can read", () => {
    for (const seed of everySeed.slice(0, 10)) {
      const checked = spawnSync("/bin/sh", ["-n"], { input: repositoryScript(generateRepository(seed)) });
      expect(checked.stderr.toString(), `seed ${seed}`).toBe("");
    }
  });
});

describe("over many seeds", () => {
  const scripts = Array.from({ length: 250 }, (_, seed) => seed)
    .map((seed) => repositoryScript(generateRepository(seed)))
    .join("\n");
  it.each([
    ...["hg merge", "hg rename", "hg copy", "hg tag", "hg bookmark", "hg phase", "--close-branch", "--amend"],
    ...["debugobsolete", "dirstate-v2", " share ", "graft", "rebase", "unshelve", "bisect", "updatestate", "histedit"],
    ...["chmod", "ln -s", "mkfifo", ".hgignore", "\\377", "crlf\\r\\n", "no newline", "head -c 70000", "seq 1 200000"],
    ...["aux", "[alias]", "evolution = all", "--remove", "backout", "-l -d", "new\\nline"],
  ])("repositories have: %s", (text) => expect(scripts.includes(text)).toBe(true));

  it("repositories beside extensions have what those leave, and lines their words", () => {
    const settings = `[ui]\nx = y\n${extensionSettings("mq,eol,keyword,remotenames,sparse,unheard")}blackbox = !\n[x]\nmy =\n`;
    const enabled = enabledExtensions(settings);
    expect(enabled).toEqual(["mq", "eol", "keyword", "remotenames", "sparse", "unheard"]);
    const repositories = everySeed.map((seed) => generateRepository(seed, enabled));
    const extended = repositories.map((one) => repositoryScript(one));
    for (const text of ["qnew", ".hgeol", "[keyword]", "extensions.remotenames=", "debugsparse"]) {
      const having = extended.filter((script) => script.includes(text)).length;
      expect(having, text).toBeGreaterThan(0);
      expect(having, text).toBeLessThan(everySeed.length / 2);
    }
    expect(repositories.every(({ name }) => name.endsWith("-extensions"))).toBe(true);
    const lines = repositories
      .flatMap((repository, seed) => {
        const place = { random: new Random(seed), repository, nodes };
        return Array.from({ length: 100 }, () => lineText(generateLine(place, table)));
      })
      .join("\n");
    for (const text of ["--mq", "--sparse", "mq()", "remotenames()", "{mqpatches}"]) expect(lines).toContain(text);
  });

  it("every command and every flag is used", () => {
    const words = new Map<string, Set<string>>();
    for (const line of everySeed.flatMap((seed) => linesOf(seed, 1500))) {
      const known = words.get(line.command) ?? new Set<string>();
      words.set(line.command, known);
      for (const part of line.parts) known.add((part[0] ?? Buffer.alloc(0)).toString("latin1"));
    }
    const silent = new Set(["profile", "time", "debugger"]);
    const used = (name: string, { short, long }: { short: string; long: string }): boolean =>
      [...(words.get(name) ?? [])].some(
        (word) => word.startsWith(`--${long}`) || (short !== "" && new RegExp(`^-\\w*${short}`).test(word)),
      );
    const unused = commands.flatMap(({ names, flags }) =>
      flags.filter((flag) => !used(names[0] ?? "", flag)).map((flag) => `${names[0]} --${flag.long}`),
    );
    expect(unused).toEqual([]);
    const globals = globalFlags.filter((flag) => !commands.some(({ names }) => used(names[0] ?? "", flag)));
    expect(globals.map(({ long }) => long).filter((long) => !silent.has(long))).toEqual([]);
  });
});

describe("words", () => {
  const odd = ["a b", "it's", "é日本", "b\u00ffad", "new\u000aline!", "-", "$W", "tab\u0009x", "\u00c3("];
  it("survive the shell", () => {
    const bytes = odd.map((word) => Buffer.from(word, "latin1"));
    const script = `printf '%s\\0' ${bytes.map((word) => scriptWord(word.toString("latin1"))).join(" ")}`;
    const said = execFileSync("/bin/sh", ["-c", script]);
    expect(said.length).toBeGreaterThan(0);
    const given = bytes.map((word) => Buffer.concat([word, Buffer.from([0])]));
    expect(said.toString("hex")).toBe(Buffer.concat(given).toString("hex"));
  });
  it("survive a case file", () => {
    for (const line of linesOf(9, 200)) {
      expect(splitWords(lineText(line)).map(String)).toEqual(line.parts.flat().map(String));
    }
    expect(splitWords(lineWord(Buffer.from([255, 10, 39])))).toEqual([Buffer.from([255, 10, 39])]);
  });
});

describe("shrinking", () => {
  it.each([[[]], [[3]], [[0, 9]], [[4, 5, 6]], [[1, 7, 19]]])("keeps only what is needed: %j", async (needed) => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const kept = await minimise(items, async (some) => needed.every((item) => some.includes(item)));
    expect(kept).toEqual(needed);
  });

  it("converges on the flag and the step that make a difference", async () => {
    const repository = generateRepository(5);
    const culprit = repository.steps[Math.floor(repository.steps.length / 2)];
    const words = (...texts: string[]) => texts.map((text) => [Buffer.from(text)]);
    const one: GeneratedCase = {
      line: {
        command: "status",
        parts: [...words("-v", "status", "-mard0C"), [Buffer.from("-I"), Buffer.from("x")], ...words("--", "a")],
        word: 1,
        env: { HGPLAIN: "1" },
      },
      repository,
      cwd: "repo/dir",
    };
    const small = await shrink(one, async (candidate, steps) => {
      const lies = candidate.line.parts.flat().some((word) => /^-\w*0/.test(String(word)));
      return lies && steps.some((step) => step === culprit);
    });
    expect(lineText(small.one.line)).toBe("status -0");
    expect(small.one).toMatchObject({ cwd: "repo", line: { env: {} } });
    expect(small.steps).toEqual([culprit]);
  });

  it("finds what a program lies about, and its script shows it", () => {
    const liar = path.join(folder, "liar");
    writeFileSync(
      liar,
      `#!/bin/sh\ncase " $* " in *" status "*) test -d .hg && echo lie;; esac\nexec '${findLegacy(undefined)}' "$@"\n`,
    );
    chmodSync(liar, 0o755);
    const found = path.join(folder, "found");
    const main = path.join(projectRoot, "compat/runner/main.ts");
    const args = ["--generate", "60", "--repositories", "1", "--seed", "302", "--shrink", "1", "--subject", liar];
    const env = {
      ...process.env,
      AMALGAM_LEGACY_HG: findLegacy(undefined),
      AMALGAM_COMPAT_CACHE: path.join(folder, "cache"),
      TMPDIR: folder,
    };
    const run = spawnSync(process.execPath, [main, ...args, "--scripts", found], { env, encoding: "utf8" });
    expect(run.status, run.stdout + run.stderr).toBe(1);
    const [name = ""] = readdirSync(found);
    const text = readFileSync(path.join(found, name, "case.yaml"), "utf8");
    expect(text).toMatch(/- status\n/);
    expect(run.stdout).toMatch(/ 0 steps/);
    const shown = spawnSync(path.join(found, name, "reproduce.sh"), { encoding: "utf8" });
    expect(shown.status, shown.stdout + shown.stderr).toBe(1);
    expect(shown.stdout).toContain("+lie");
  }, 600_000);
});

describe("the ledger of generated lines", () => {
  const result = (line: string, text: string, what: "files" | "stdout" = "files") => ({
    ...{ id: `generated/generated-1/repo: ${line}`, command: "status", fixture: "generated-1", face: "launcher" },
    ...{ native: true, reason: undefined, differences: [{ what, text }], reproduce: "" },
  });
  const dirstate = "- repo/.hg/dirstate: dirstate 644 ab\n+ repo/.hg/dirstate: unchanged";
  it("knows a dirstate that only status -u leaves as it is", () => {
    const known = knownDifferences(
      [
        ...[result("status -u", dirstate), result("status -iu -n", dirstate), result("status", dirstate)],
        ...[result("status -mu", dirstate), result("status -u a", "- x\n+ y", "stdout")],
        result("status -i", `${dirstate}\n- repo/a: file\n+ repo/a: gone`),
      ],
      "c",
    );
    expect([...known.keys()].map((id) => id.replace(/.*: /, ""))).toEqual(["status -u", "status -iu -n"]);
  });
  it("knows that a dirstate-v2 is left to the C build", () => {
    const one = { ...result("status", dirstate), fixture: "generated-1-dirstate-v2" };
    expect(knownDifferences([one], "c").size).toBe(1);
    expect(knownDifferences([one], "rust").size).toBe(0);
    const asked = { ...one, id: `generated/generated-1/repo: files set:clean()`, command: "files" };
    expect(knownDifferences([asked], "c").size).toBe(1);
    expect(knownDifferences([{ ...asked, id: asked.id.replace("set:", "") }], "c").size).toBe(0);
  });
});
