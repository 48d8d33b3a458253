// A random repository as a fixture script: real hg does random, valid work and leaves the working copy half done.
import type { ByteText } from "./bytes.ts";
import { change } from "./changes.ts";
import { Draft, type Step } from "./draft.ts";
import { configure, interrupt, narrow, share } from "./endings.ts";
import { event } from "./history.ts";
import { folderNames } from "./names.ts";
import { Random } from "./random.ts";
import { leaveTraces } from "./traces.ts";

export interface GeneratedRepository {
  name: string;
  /** How the repository is made; not to be left out. */
  opening: string;
  steps: readonly Step[];
  /** Names that occur in it, for the command lines. */
  files: readonly ByteText[];
  folders: readonly ByteText[];
  names: readonly string[];
  aliases: readonly string[];
  /** Extensions that are enabled where its lines run. */
  extensions: readonly string[];
}

/** Formats, as options of `hg init` and the settings that go with them. */
const formats: readonly (readonly [weight: number, init: string, settings: readonly string[]])[] = [
  [40, "", []],
  [
    20,
    "format.use-dirstate-v2=yes storage.dirstate-v2.slow-path=allow",
    ["[storage]", "dirstate-v2.slow-path = allow"],
  ],
  [
    6,
    "format.use-persistent-nodemap=yes storage.revlog.persistent-nodemap.slow-path=allow",
    ["[storage]", "revlog.persistent-nodemap.slow-path = allow"],
  ],
  [4, "format.revlog-compression=zlib", []],
  [4, "format.use-share-safe=no", []],
  [2, "format.sparse-revlog=no format.usegeneraldelta=no", []],
  [3, "format.dotencode=no", []],
  [2, "format.usefncache=no format.dotencode=no", []],
  [1, "format.usestore=no", []],
  [3, "format.use-dirstate-tracked-hint=yes", []],
  [3, "format.bookmarks-in-store=yes", []],
  [3, "format.internal-phase=yes", []],
  [1, "experimental.treemanifest=yes", []],
];

/** The repository of a seed; beside extensions it is another one, in which they may have been used. */
export function generateRepository(seed: number, extensions: readonly string[] = []): GeneratedRepository {
  const random = new Random(seed);
  const draft = new Draft(random);
  const [, init, settings] = random.weighted(formats.map((one) => [one[0], one] as const)) ?? [0, "", []];
  const options = init
    .split(" ")
    .filter(Boolean)
    .map((option) => `--config ${option} `);
  // The settings of a format belong to it: without them nothing can read the repository.
  const given =
    settings.length > 0 ? `\nprintf '%s\\n' ${settings.map((line) => `'${line}'`).join(" ")} > .hg/hgrc` : "";
  if (random.percent(30)) draft.settings("[experimental]", "evolution = all");
  draft.settings("[ui]", "portablefilenames = ignore");
  const rounds = random.percent(5) ? 0 : 2 + random.below(6);
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 1 + random.below(5); step > 0; step -= 1) change(draft);
    draft.commit();
    if (random.percent(70)) event(draft);
    if (random.percent(25)) event(draft);
  }
  if (random.percent(30)) interrupt(draft);
  draft.attempt(`hg log --hidden -T '{node}\\n' > "$W/nodes"`);
  if (random.percent(9)) share(draft);
  else if (random.percent(5)) narrow(draft);
  for (let step = random.below(9); step > 0; step -= 1) change(draft);
  if (random.percent(55)) configure(draft);
  leaveTraces(draft, extensions);
  if (random.percent(50)) draft.steps.push({ text: "settle" });
  if (random.percent(40)) draft.attempt("rm -rf .hg/cache .hg/wcache");
  return {
    // What the ledger goes by is in the name.
    name: `generated-${seed}${init.includes("dirstate-v2") ? "-dirstate-v2" : ""}${extensions.length > 0 ? "-extensions" : ""}`,
    opening: `# A random repository; seed ${seed}.\nstart ${options.join("")}repo${given}`,
    steps: draft.steps,
    files: [...new Set(draft.files)],
    folders: folderNames,
    names: draft.names,
    aliases: draft.aliases,
    extensions,
  };
}

/** The fixture script of some of its steps. */
export function repositoryScript(repository: GeneratedRepository, steps = repository.steps): string {
  const relocate = steps.flatMap((step) => (step.relocate === undefined ? [] : [`# relocate: ${step.relocate}\n`]));
  return `${[...new Set(relocate)].join("")}${[repository.opening, ...steps.map(({ text }) => text)].join("\n")}\n`;
}
