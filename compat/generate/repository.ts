// A random repository as a fixture script: real hg does random, valid work and leaves the working copy half done.
import { Random } from "./random.ts";

export interface GeneratedRepository {
  name: string;
  script: string;
  /** Names that occur in it, for the command lines. */
  files: string[];
  folders: string[];
  names: string[];
}

const folders = ["dir", "dir/sub", "src", "src/deep/er", "sp ace", "Dir", "ünï", "build", "a.d", "x.i"] as const;
const stems = [
  "a",
  "b",
  "B",
  "read me",
  "é",
  "日本",
  "-dash",
  "it's",
  "star*",
  "x.i",
  "y.d",
  "#h",
  "q?",
  "long-name-that-goes-on-and-on",
  "[br]",
  "UP",
  "re:x",
  "~",
  ".dot",
] as const;
const endings = ["", ".txt", ".o", ".c", ".tmp", ".TXT"] as const;
const ignoreLines = [
  "\\.o$",
  "^build/",
  "syntax: glob",
  "*.tmp",
  "syntax: regexp",
  "src/.*\\.c$",
  "rootglob:a*",
  "re:[0-9]+$",
  "glob:*.TXT",
  "# comment",
  "(^|/)x\\.i",
] as const;
const branchNames = ["default", "stable", "with space", "ünï", "x-1"] as const;
const contents = [
  "one\\n",
  "two\\nlines\\n",
  "no newline",
  "crlf\\r\\nline\\r\\n",
  "bin\\000ary\\n",
  "",
  "\\001\\nmeta\\001\\n",
  "same\\n",
] as const;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The repository of a seed. */
export function generateRepository(seed: number): GeneratedRepository {
  const random = new Random(seed);
  const files: string[] = [];
  const names: string[] = [];
  const lines: string[] = [];
  const settings: string[] = [];
  let revisions = 0;
  const path = (): string => {
    const name = `${random.pick(stems)}${random.pick(endings)}`;
    return random.percent(45) ? name : `${random.pick(folders)}/${name}`;
  };
  const known = (): string => random.pick(files) ?? "a";
  const arg = (name: string): string => quote(`./${name}`);
  /** A command that gives a revision a name. */
  const naming = (given: string, command: string): void => {
    names.push(given);
    tolerate(command);
  };
  const write = (name: string): void => {
    if (!files.includes(name)) files.push(name);
    lines.push(
      `mkdir -p "$(dirname ${arg(name)})" 2>/dev/null && printf ${quote(random.pick(contents))} > ${arg(name)} 2>/dev/null || true`,
    );
  };
  const tolerate = (command: string): void => {
    lines.push(`{ ${command}; } >/dev/null 2>&1 || true`);
  };
  const change = (): void => {
    const steps: [() => void, ...(() => void)[]] = [
      () => write(path()),
      () => write(path()),
      () => write(known()),
      () => lines.push(`printf more >> ${arg(known())} 2>/dev/null || true`),
      () => tolerate(`hg remove -f ${arg(known())}`),
      () => renameOrCopy("rename"),
      () => renameOrCopy("copy"),
      () => tolerate(`chmod ${random.pick(["+x", "-x"])} ${arg(known())}`),
      () => tolerate(`ln -sf ${quote(random.pick(["a", "dir", "nowhere"]))} ${arg(`link${random.below(3)}`)}`),
      () => lines.push(`printf '%s\\n' ${quote(random.pick(ignoreLines))} >> .hgignore`),
    ];
    random.pick(steps)();
  };
  const renameOrCopy = (verb: string): void => {
    const target = path();
    tolerate(`mkdir -p "$(dirname ${arg(target)})"; hg ${verb} ${arg(known())} ${arg(target)}`);
    files.push(target);
  };
  const commit = (): void => {
    lines.push(`hg addremove -q --similarity 0 >/dev/null 2>&1 || true`);
    const user = random.percent(20) ? ` -u ${quote("Zoë <z@example.org>")}` : "";
    tolerate(`commit -m ${quote(`change ${revisions}`)}${user}`);
    revisions += 1;
  };
  const history = (): void => {
    const revision = String(random.below(Math.max(1, revisions)));
    const name = `${random.pick(["tag", "v", "a-b", "x y", "beef", "12ab"])}${random.below(4)}`;
    const steps: [() => void, ...(() => void)[]] = [
      () => tolerate(`hg update -q -C ${revision}`),
      () => tolerate(`hg branch -q -f ${quote(random.pick(branchNames))}`),
      () => tolerate(`hg update -q -C ${revision}; hg merge -q --tool :local; commit -m merge`),
      () => naming(name, `hg tag -q -f -d '1600000000 0' -r ${revision} ${quote(name)}`),
      () => tolerate(`hg tag -q -d '1600000000 0' --remove ${quote(name)}`),
      () => naming(name, `hg tag -q -f -l -r ${revision} ${quote(name)}`),
      () => naming(name, `hg bookmark -q -f -r ${revision} ${quote(name)}`),
      () => naming(`mark${revision}`, `hg bookmark -q mark${revision}`),
      () => tolerate(`hg commit -q -d '1600000000 0' --close-branch -m close`),
      () => tolerate(`hg phase -q ${random.pick(["-p", "-s -f"])} ${revision}`),
      () => tolerate(`hg commit -q --amend -d '1600000000 0' -m amended`),
    ];
    random.pick(steps)();
  };
  if (random.percent(30)) settings.push("[experimental]", "evolution = all");
  if (random.percent(15)) settings.push("[ui]", "relative-paths = yes");
  if (random.percent(10)) settings.push("[commands]", "status.relative = yes");
  const v2 = random.percent(25);
  if (v2) settings.push("[storage]", "dirstate-v2.slow-path = allow");
  lines.push(
    `start${v2 ? " --config format.use-dirstate-v2=yes --config storage.dirstate-v2.slow-path=allow" : ""} repo`,
  );
  if (settings.length > 0) lines.push(`printf '%s\\n' ${settings.map(quote).join(" ")} > .hg/hgrc`);
  for (let round = 3 + random.below(6); round > 0; round -= 1) {
    for (let step = 1 + random.below(5); step > 0; step -= 1) change();
    commit();
    if (random.percent(60)) history();
  }
  if (random.percent(15)) tolerate(`hg update -q -C ${random.below(revisions)}; hg merge -q --tool :merge3`);
  for (let step = random.below(7); step > 0; step -= 1) change();
  if (random.percent(50)) tolerate(`hg add -q ${arg(known())}`);
  if (random.percent(40)) tolerate(`rm -r ${arg(known())}`);
  if (random.percent(50)) lines.push("settle");
  lines.push(`hg log --hidden -T '{node}\\n' > "$W/nodes" 2>/dev/null || : > "$W/nodes"`);
  const name = `generated-${seed}`;
  return {
    name,
    script: `# A random repository; seed ${seed}.\n${lines.join("\n")}\n`,
    files,
    folders: [...folders],
    names,
  };
}
