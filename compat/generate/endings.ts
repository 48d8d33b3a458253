// How a random repository is left: in the middle of an operation, shared, narrow, or with settings of its own.
import { scriptWord } from "./bytes.ts";
import type { Draft } from "./draft.ts";

/** Two heads that change one file in different ways; the second is checked out, `$one` is the first. */
const clash = [
  "hg update -q -C tip; echo 0 > clash; echo 0 > keep; commit -m base",
  "echo 1 > clash; echo 1 > one; commit -m one; one=$(hg log -r . -T '{rev}')",
  "hg update -q -C '.^'; echo 2 > clash; commit -m two",
].join("; ");
const shelve = "hg --config extensions.shelve=";

const interrupted: readonly [string, ...string[]] = [
  `${clash}; hg merge -q -r $one --tool :merge3`,
  `${clash}; hg merge -q -r $one --tool :local`,
  `${clash}; hg merge -q -r $one --tool :merge3; echo done > clash; hg resolve -q -m clash`,
  `${clash}; hg merge -q -r $one --tool :fail; rm keep; hg rename one other`,
  `${clash}; hg graft -q -r $one --tool :merge3`,
  `${clash}; hg --config extensions.rebase= rebase -q -s . -d $one --tool :merge3`,
  `${clash}; echo 3 > clash; ${shelve} shelve -q --date '1600000000 0'; echo 4 > clash; commit -m four; ${shelve} unshelve -q --tool :merge3`,
  `${clash}; echo 5 > clash; hg update -q -m -r $one --tool :merge3`,
  `${clash}; printf 'edit %s\\n' "$(hg log -r . -T '{node}')" > ../plan; hg --config extensions.histedit= histedit -q --commands ../plan -r .`,
  `${clash}; hg backout -q -r . --tool :merge3 --no-commit`,
  "hg update -q -C 0; hg log -r tip -T '{node}' > .hg/updatestate",
  "hg update -q -C tip; hg bisect -q -b tip; hg bisect -q -g 0",
];

const settings: readonly (readonly [weight: number, lines: readonly string[], alias?: string])[] = [
  [2, ["[ui]", "relative-paths = yes"]],
  [2, ["[commands]", "status.relative = yes"]],
  [1, ["[commands]", "status.verbose = yes"]],
  [2, ["[ui]", "statuscopies = yes"]],
  [1, ["[ui]", "tweakdefaults = yes"]],
  [1, ["[ui]", "quiet = yes"]],
  [1, ["[ui]", "verbose = yes"]],
  [1, ["[ui]", "slash = yes"]],
  [1, ["[ui]", "color = always"]],
  [1, ["[ui]", "ignore = more-ignored", "ignore.two = .more-ignored"]],
  [1, ["[color]", "status.modified = red underline", "status.unknown ="]],
  [
    2,
    [
      "[paths]",
      "default = ../other",
      "up = https://user:secret@example.org/r",
      "up:pushurl = ssh://x//y",
      "rel = a/../b",
    ],
  ],
  [1, ["[paths]", "*:pushrev = .", "x = path://up"]],
  [2, ["[sec]", "a = one", " two", "b = 1", "# no", "c =", "%unset b", "é = ü"]],
  [1, ["[sec]", "list = a, 'b c' d", "[ui]", "username = Other <o@example.org>"]],
  [1, ["[alias]", "st = status -mard"], "st"],
  [1, ["[alias]", "mine = files -r ."], "mine"],
  [1, ["[alias]", "two = status --rev 0 -C", "two:doc = text"], "two"],
  [1, ["[alias]", "sh = !echo shell", "dollar = files $1"], "dollar"],
  [1, ["[defaults]", "status = -q"]],
  [1, ["[hooks]", "pre-status = true"]],
  [1, ["[extensions]", "rebase =", "strip ="]],
  [1, ["[extensions]", "share =", "purge ="]],
  [1, ["[templates]", "mytpl = '{path}!'"]],
];

/** Leaves an operation half done. */
export function interrupt(draft: Draft): void {
  draft.attempt(draft.random.pick(interrupted));
  draft.files.push("clash", "keep");
}

/** Some settings, at the end so that they change nothing of how the repository is built. */
export function configure(draft: Draft): void {
  for (let count = draft.random.below(4); count > 0; count -= 1) {
    const [, lines, alias] = draft.random.weighted(settings.map((one) => [one[0], one] as const)) ?? [0, []];
    draft.settings(...lines);
    if (alias !== undefined) draft.aliases.push(alias);
  }
}

/** The repository becomes the source of a share that takes its place. */
export function share(draft: Draft): void {
  const kind = draft.random.pick(["", "-B ", "--relative ", "--relative -B "]);
  const command = `cd "$W"; mv repo source; hg --config extensions.share= share -q ${kind}source repo; cp -a source/.hg/hgrc repo/.hg/hgrc; test -e repo/.hg/sharedpath || { rm -rf repo; mv source repo; }`;
  draft.steps.push({
    text: `{ ${command}; } >/dev/null 2>&1 || true; cd "$W/repo"`,
    ...(kind.includes("relative") ? {} : { relocate: "repo/.hg/sharedpath" }),
  });
}

/** The repository's place is taken by a narrow clone of it. */
export function narrow(draft: Draft): void {
  const { random } = draft;
  const folder = (path: string): string => path.split("/").slice(0, -1).join("/");
  const pattern = (): string => {
    const path = draft.known();
    return random.pick([
      `path:${folder(path)}`,
      `path:${path.split("/")[0]}`,
      `path:${path}`,
      `rootfilesin:${folder(path)}`,
    ]);
  };
  const flags = ["--include", "--include", "--exclude"].flatMap((flag, at) =>
    at === 0 || random.percent(60) ? [flag, scriptWord(pattern())] : [],
  );
  const enable = "printf '[extensions]\\nnarrow =\\n' >>";
  const settle = `cat repo/.hg/hgrc > narrow/.hg/hgrc; ${enable} narrow/.hg/hgrc; rm -rf repo; mv narrow repo`;
  const clone = `hg --config extensions.narrow= clone -q --narrow ${flags.join(" ")} source narrow`;
  draft.steps.push({
    text: `{ cd "$W"; cp -a repo source; ${enable} source/.hg/hgrc; ${clone} && { ${settle}; }; rm -rf source narrow; } >/dev/null 2>&1 || true; cd "$W/repo"`,
  });
}
