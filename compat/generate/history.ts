// Random history: branches, merges, names, phases, and changesets that were replaced.
import { bytesOf, scriptWord } from "./bytes.ts";
import type { Draft } from "./draft.ts";
import { branchNames, newName } from "./names.ts";

type Event = (draft: Draft) => void;

const date = "-d '1600000000 0'";
const word = (text: string): string => scriptWord(bytesOf(text));

/** Runs a command that gives a name to something. */
function naming(draft: Draft, name: string, command: string): void {
  draft.names.push(name);
  draft.attempt(command);
}

const events: readonly (readonly [weight: number, event: Event])[] = [
  [6, (draft) => draft.attempt(`hg update -q -C ${draft.revision()}`)],
  [1, (draft) => draft.attempt("hg update -q -C null")],
  [1, (draft) => draft.attempt(`hg update -q ${draft.revision()} --tool :merge3`)],
  [3, (draft) => draft.attempt(`hg branch -q -f ${word(draft.random.pick(branchNames))}`)],
  // A commit that changes nothing but the branch.
  [
    1,
    (draft) => draft.attempt(`hg branch -q -f ${word(draft.random.pick(branchNames))}; hg commit -q ${date} -m branch`),
  ],
  [
    5,
    (draft) => {
      const tool = draft.random.pick([":local", ":other", ":union", ":merge3"]);
      draft.attempt(
        `hg update -q -C ${draft.revision()}; hg merge -q ${draft.random.percent(50) ? `-r ${draft.revision()} ` : ""}--tool ${tool}; hg resolve -q -m --all; commit -m merge`,
      );
      draft.revisions += 1;
    },
  ],
  [
    1,
    (draft) => {
      const count = 3 + draft.random.below(12);
      draft.attempt(
        `for i in $(seq ${count}); do hg update -q -C ${draft.revision()}; echo $i > head$i; commit -m "head $i"; done`,
      );
      draft.revisions += count;
      draft.files.push("head1", "head2");
    },
  ],
  [2, (draft) => draft.attempt(`hg commit -q ${date} --close-branch -m close`)],
  [4, (draft) => tag(draft, "")],
  [1, (draft) => tag(draft, "-f ")],
  [2, (draft) => tag(draft, "-l ")],
  [1, (draft) => draft.attempt(`hg tag -q ${date} --remove ${word(draft.random.pick(draft.names) ?? "none")}`)],
  [1, (draft) => draft.attempt(`hg tag -q -l --remove ${word(draft.random.pick(draft.names) ?? "none")}`)],
  [
    3,
    (draft) => {
      const name = newName(draft.random);
      naming(draft, name, `hg bookmark -q -f -r ${draft.revision()} ${word(name)}`);
    },
  ],
  [
    2,
    (draft) => {
      const name = newName(draft.random);
      naming(draft, name, `hg bookmark -q -f ${word(name)}`);
    },
  ],
  [1, (draft) => draft.attempt("hg bookmark -q -i")],
  [1, (draft) => draft.attempt(`hg bookmark -q -d ${word(draft.random.pick(draft.names) ?? "none")}`)],
  [3, (draft) => draft.attempt(`hg phase -q ${draft.random.pick(["-p", "-s -f", "-d -f"])} ${draft.revision()}`)],
  [3, (draft) => draft.attempt(`hg commit -q --amend ${date} -m amended`)],
  [
    1,
    (draft) =>
      draft.attempt(`hg debugobsolete -d '0 0' --record-parents "$(hg log -r ${draft.revision()} -T '{node}')"`),
  ],
  [
    1,
    (draft) =>
      draft.attempt(
        `hg debugobsolete -d '0 0' "$(hg log -r ${draft.revision()} -T '{node}')" "$(hg log -r ${draft.revision()} -T '{node}')"`,
      ),
  ],
  [
    1,
    (draft) => {
      draft.attempt(`hg graft -q -r ${draft.revision()} --tool :local ${date}`);
      draft.revisions += 1;
    },
  ],
  [4, evolve],
  [1, (draft) => draft.attempt(`hg --config extensions.strip= strip -q --no-backup ${draft.revision()}`)],
];

function tag(draft: Draft, option: string): void {
  const name = newName(draft.random);
  naming(draft, name, `hg tag -q ${option}${date} -r ${draft.revision()} ${word(name)}`);
}

/** Rewrites changesets with the evolve extension, where there is one. */
function evolve(draft: Draft): void {
  const { random } = draft;
  const rewrite = random.pick([
    `prune -q -r ${draft.revision()}`,
    `prune -q -r ${draft.revision()} -s ${draft.revision()}`,
    `prune -q --split -r ${draft.revision()} -s ${draft.revision()} -s ${draft.revision()}`,
    `fold -q --from ${draft.revision()} -m folded`,
    `fold -q --exact ${draft.revision()} ${draft.revision()} -m folded`,
    "uncommit -q --all",
    "amend -q -m again",
    `metaedit -q -r ${draft.revision()} -m edited`,
    `touch -q -r ${draft.revision()}${random.percent(40) ? " --duplicate" : ""}`,
    `pick -q ${draft.revision()} --tool :local`,
    "evolve -q --all --any --tool :local",
    "evolve -q --content-divergent --any --tool :other",
    `--config extensions.rebase= rebase -q -r ${draft.revision()} -d ${draft.revision()} --keep --tool :local`,
    `--config extensions.rebase= rebase -q -s ${draft.revision()} -d ${draft.revision()} --tool :local`,
  ]);
  const fixed = "--config experimental.evolution=all --config devel.default-date='1600000000 0'";
  draft.attempt(`test "\${EVOLVE-}" && hg --config extensions.evolve="$EVOLVE" ${fixed} ${rewrite}`);
  draft.revisions += 1;
}

/** Lets something happen to the history. */
export function event(draft: Draft): void {
  draft.random.weighted(events)?.(draft);
}
