// A run on somebody's repository: theirs is only read, whatever the programs do; fill-ins stand for what is there.
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fake } from "./fake.ts";

const fake = new Fake();
afterAll(() => fake.remove());

/** Content and metadata of a whole tree; only the time of the last reading is left out. */
function hashTree(folder: string): string {
  const hash = createHash("sha256");
  const visit = (file: string): void => {
    const stat = lstatSync(file, { bigint: true });
    const { mode, uid, gid, size, nlink, ino, mtimeNs, ctimeNs } = stat;
    hash.update([file, mode, uid, gid, size, nlink, ino, mtimeNs, ctimeNs].join("\0"));
    if (stat.isSymbolicLink()) hash.update(readlinkSync(file));
    if (stat.isFile()) hash.update(readFileSync(file));
    if (stat.isDirectory()) for (const name of readdirSync(file).sort()) visit(path.join(file, name));
  };
  visit(folder);
  return hash.digest("hex");
}

const good = fake.program("good", 'root) pwd ;;\nidentify) printf "%s\\n" "$HGPLAIN$TZ$(umask)" ;;');
const destroyer = fake.program(
  "destroyer",
  `root) pwd; rm -rf .hg; echo over > a.txt; touch -d @0 dir/b.txt; chmod 777 .; mv dir/b.txt dir/c.txt ;;
paths) for f in "$(cat .hg/sharedpath)"/store/data .hg/store/data; do echo broken >> "$f"; done ;;`,
);

describe("the user's repository", () => {
  beforeAll(() => {
    symlinkSync("a.txt", path.join(fake.repository, "link"));
  });

  test("is the same to the last byte and time after a run that destroys its copies", () => {
    const before = hashTree(fake.repository);
    const result = fake.run(
      ...fake.arguments(good, destroyer, fake.cases("root", "paths", "status"), "--json", "r.json"),
    );
    expect(result.code).toBe(1);
    const report = fake.json("r.json");
    const changed = JSON.stringify(report.results.find((one: { id: string }) => one.id.endsWith(": root")).differences);
    for (const name of ["repo/a.txt", "repo/.hg/store/data", "repo/dir/c.txt"]) expect(changed).toContain(name);
    // Each case begins with what was there, although the one before it destroyed everything.
    expect(report.results.find((one: { id: string }) => one.id.endsWith(": status")).verdict).toBe("passed");
    expect(hashTree(fake.repository)).toBe(before);
    expect(fake.leftovers()).toEqual([]);
  });

  test("and the one that it shares the store of", () => {
    const share = path.join(fake.folder, "share");
    mkdirSync(path.join(share, ".hg"), { recursive: true });
    writeFileSync(path.join(share, ".hg/requires"), "shared\nstore\n");
    writeFileSync(path.join(share, ".hg/sharedpath"), `${fake.repository}/.hg\n`);
    const before = [hashTree(fake.repository), hashTree(share)];
    const args = fake.arguments(good, destroyer, fake.cases("paths"), "--json", "r.json");
    const result = fake.run(...args.map((word) => (word === fake.repository ? share : word)));
    expect(result.code).toBe(1);
    expect(JSON.stringify(fake.json("r.json").results)).toContain("source/.hg/store/data");
    expect([hashTree(fake.repository), hashTree(share)]).toEqual(before);
  });

  test("has to be one", () => {
    const result = fake.run("--repository", fake.temporary, "--legacy", good, "--subject", good);
    expect(result.code).toBe(2);
    expect(result.err).toContain("no .hg there");
  });
});

describe("recorded lines", () => {
  const recorded = (...lines: string[]): string => fake.write("recorded", `${lines.join("\n")}\n`);
  const run = (file: string, ...more: string[]) =>
    fake.run("--repository", fake.repository, "--recorded", file, "--legacy", good, "--subject", good, ...more);

  test("become one case each where they were typed, in the copy whatever path they name", () => {
    const top = `'${fake.repository}'`;
    const file = recorded(
      ...[`cd ${top} && hg status`, `cd ${top}/dir && HGPLAIN=1 hg files $'caf\\xe9.txt'`, `cd ${top} && hg status`],
      ...["cd /elsewhere && hg root", `cd ${top} && hg cat ${top}/a.txt`],
    );
    const list = run(file, "--list");
    expect(list.out.trim().split("\n")).toEqual([
      "recorded/big_repo: hg status",
      "recorded/big_repo:dir: HGPLAIN=1 hg files $'caf\\xe9.txt'",
      `recorded/big_repo: hg cat ${top}/a.txt`,
    ]);
    expect(list.err).toContain("1 lines were typed in no --repository");
    const identical = run(file, "--json", "r.json");
    expect(identical.code).toBe(0);
    const teller = fake.program("teller", 'cat) pwd; echo "$2" ;;');
    const different = run(file, "--subject", teller, "--json", "r.json");
    expect(different.code).toBe(1);
    const failed = fake.json("r.json").results.filter((one: { verdict: string }) => one.verdict === "failed");
    expect(failed.map((one: { id: string }) => one.id)).toEqual([`recorded/big_repo: hg cat ${top}/a.txt`]);
    expect(JSON.stringify(failed[0].differences)).not.toContain(fake.repository);
  });
  test("that are none are refused with their place", () => {
    const result = run(recorded(`cd '${fake.repository}' && hg status`, "rm -rf /"));
    expect(result.code).toBe(2);
    expect(result.err).toContain("recorded:2: not a recorded line");
    expect(fake.run("--recorded", "x").err).toContain("--repository PATH");
  });
});

/** A fill-in as case files write it. */
const fill = (name: string): string => `\${${name}}`;

describe("lines for any repository", () => {
  const ids = (cases: string, ...more: string[]): string[] =>
    fake
      .run(...fake.arguments(good, good, cases, "--list", ...more))
      .out.trim()
      .split("\n");

  test("become one case per value, quoted where needed, and none where there is no value", () => {
    const cases = fake.cases(
      `cat ${fill("file")} -r ${fill("rev")}`,
      ...[`log -r ${fill("tag")}`, `log -r ${fill("bookmark")}`, `files ${fill("folder")}`],
    );
    expect(ids(cases)).toEqual([
      ...["a.txt", "dir/b.txt", "$'dir/caf\\xe9.txt'"].flatMap((file) =>
        [0, 2, 4].map((rev) => `cases/x/big_repo: cat ${file} -r ${rev}`),
      ),
      "cases/x/big_repo: log -r 'it'\\''s'",
      "cases/x/big_repo: files dir",
    ]);
  });
  test("refuse a fill-in that does not exist, with its place and what there is", () => {
    const result = fake.run(...fake.arguments(good, good, fake.cases(`cat ${fill("fiel")}`), "--list"));
    expect(result.code).toBe(2);
    expect(result.err).toMatch(/cases\.yaml:1:\d+: case x: no fill-in \$\{fiel\}; allowed are file, folder/);
  });
  test("multiply by the variants of the environment, which are in force", () => {
    const cases = fake.cases("identify");
    expect(ids(cases, "--variants", "plain,tz,umask")).toEqual([
      "cases/x/big_repo: identify",
      ...["HGPLAIN=1", "TZ=Asia/Kathmandu", "TZ=America/St_Johns", "umask=077", "umask=002"].map(
        (name) => `cases/x/big_repo: identify [${name}]`,
      ),
    ]);
    // The subject says which variant it is in, the reference does not.
    const silent = fake.program("silent", "identify) ;;");
    fake.run(...fake.arguments(silent, good, cases, "--variants", "plain,tz,umask", "--json", "v.json"));
    const texts = fake.json("v.json").results.map((one: { differences: unknown }) => JSON.stringify(one.differences));
    for (const [index, said] of ["UTC", "1UTC", "Asia/Kathmandu", "America/St_Johns", "0077", "0002"].entries())
      expect(texts[index]).toContain(said);
  });
});
