// Real files as a start for fuzzing: a small repository that the real hg makes, cut into the files that each
// target reads.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const project = join(import.meta.dirname, "..", "..");

/** Writes the seeds below `corpus/TARGET/` and returns how many there are. */
export function writeSeeds(corpus: string): number {
  const scratch = mkdtempSync(join(tmpdir(), "amalgam-seeds-"));
  try {
    let count = 0;
    for (const format of ["v1", "v2"] as const) {
      const repository = join(scratch, format);
      makeRepository(repository, format);
      for (const [target, bytes] of seedsOf(repository)) {
        mkdirSync(join(corpus, target), { recursive: true });
        writeFileSync(join(corpus, target, `seed-${format}-${count}`), bytes);
        count += 1;
      }
    }
    return count;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function legacy(): string {
  const named = process.env.AMALGAM_LEGACY_HG;
  const own = join(project, ".venv", "bin", "hg");
  return named ?? (existsSync(own) ? own : "hg");
}

function makeRepository(root: string, format: "v1" | "v2"): void {
  const settings = [
    "ui.username=fuzz",
    "storage.all-slow-path=allow",
    "storage.dirstate-v2.slow-path=allow",
    "storage.revlog.persistent-nodemap.slow-path=allow",
    "experimental.evolution=all",
    `format.use-dirstate-v2=${format === "v2"}`,
    `format.use-persistent-nodemap=${format === "v2"}`,
    ...(format === "v1" ? ["format.revlog-compression=zlib"] : []),
  ].flatMap((setting) => ["--config", setting]);
  mkdirSync(root);
  const env = { PATH: process.env.PATH, HGRCPATH: "", HGPLAIN: "1", HOME: root, LC_ALL: "C.UTF-8" };
  const hg = (...args: string[]): void => {
    execFileSync(legacy(), [...settings, ...args], { cwd: root, env, stdio: "ignore" });
  };
  hg("init");
  writeFileSync(join(root, ".hgignore"), "syntax: glob\n*.o\nbuild/\nsyntax: regexp\n^tmp[0-9]+$\n\\.(log|bak)$\n");
  for (let round = 0; round < 4; round += 1) {
    mkdirSync(join(root, `d${round}`, "deep"), { recursive: true });
    writeFileSync(join(root, `d${round}`, "deep", "file"), `${round}\n`.repeat(100 * round + 1));
    writeFileSync(join(root, "grows"), "a line of text\n".repeat(400 * (round + 1)));
    hg("commit", "-q", "-A", "-m", `change ${round}`, "-d", `${round} 0`);
  }
  hg("rename", "-q", "grows", "renamed");
  hg("commit", "-q", "-m", "rename", "-d", "9 0");
  hg("tag", "-q", "one");
  hg("bookmark", "mark");
  hg("commit", "-q", "--amend", "-m", "amended", "-d", "11 0");
  hg("branches");
  rmSync(join(root, "renamed"));
  hg("copy", "-q", join("d1", "deep", "file"), "copied");
}

function* seedsOf(root: string): Generator<[string, Buffer]> {
  const hg = join(root, ".hg");
  const store = join(hg, "store");
  const read = (...parts: string[]): Buffer | undefined => {
    const path = join(...parts);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  for (const name of ["00changelog", "00manifest", join("data", "grows"), join("data", "renamed")]) {
    const index = read(store, `${name}.i`);
    if (index === undefined || index.length > 65_000) continue;
    yield ["revlog", Buffer.concat([short(index.length), index, read(store, `${name}.d`) ?? Buffer.alloc(0)])];
  }
  const dirstate = read(hg, "dirstate") ?? Buffer.alloc(0);
  const dataFile = readdirSync(hg).find((file) => file.startsWith("dirstate."));
  if (dataFile === undefined) yield ["dirstate_v1", dirstate];
  else
    yield ["dirstate_v2", Buffer.concat([Buffer.from([dirstate.length]), dirstate, readFileSync(join(hg, dataFile))])];
  const docket = read(store, "00changelog.n");
  const map = readdirSync(store).find((file) => file.startsWith("00changelog-") && file.endsWith(".nd"));
  if (docket !== undefined && map !== undefined) {
    yield ["nodemap", Buffer.concat([Buffer.from([docket.length]), docket, readFileSync(join(store, map))])];
  }
  const small = [
    join(store, "phaseroots"),
    join(store, "obsstore"),
    join(hg, "bookmarks"),
    join(root, ".hgtags"),
    join(hg, "cache", "branch2-served"),
    join(hg, "cache", "tags2-visible"),
    join(hg, "cache", "hgtagsfnodes1"),
    join(hg, "cache", "rbc-revs-v2"),
    join(store, "requires"),
    join(store, "fncache"),
  ];
  for (const [which, path] of small.entries()) {
    const bytes = read(path);
    if (bytes !== undefined) yield ["small_files", Buffer.concat([Buffer.from([which]), bytes])];
  }
  yield ["ignore", read(root, ".hgignore") ?? Buffer.alloc(0)];
  yield [
    "hgrc",
    Buffer.from("[ui]\nusername = a\n  b\n%unset x\n[alias]\nst = status -q\n; note\n[paths]\ndefault = ~/x\n"),
  ];
  const shell = { cwd: root, env: { PATH: process.env.PATH, HGRCPATH: "", HOME: root }, maxBuffer: 1 << 26 };
  const slow = ["--config", "storage.all-slow-path=allow"];
  for (const [target, flag] of [
    ["changelog", "-c"],
    ["manifest", "-m"],
  ] as const) {
    for (const rev of ["0", "3"]) {
      yield [target, execFileSync(legacy(), [...slow, "debugdata", flag, rev], shell)];
    }
  }
}
