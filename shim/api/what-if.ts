// The user's journal against another policy in place of the user's own.
import { currentRequest, engine } from "../engine/index.ts";
import { commands } from "../generated/commands.ts";
import { readJournals } from "../journal/read.ts";
import { combine, readLayers } from "../policy/layers.ts";
import { readPolicyFile } from "../policy/read.ts";
import { type WhatIf, whatIf } from "./replayed.ts";
import { legacyStart, ownJournal } from "./report.ts";

/** What the policy in `file` would change; undefined where there is no journal. */
export async function replay(file: string): Promise<WhatIf | undefined> {
  const { files } = ownJournal();
  if (files.length === 0) return undefined;
  const layers = readLayers(engine().layout(currentRequest([])).home);
  const policy = readPolicyFile(file)?.policy;
  const others = layers.filter(({ scope }) => scope !== "user");
  const changed = [...others, { scope: "user" as const, file, exists: true, problems: [], ...(policy && { policy }) }];
  const known = new Set(commands.map(({ names }) => names[0]));
  return whatIf(readJournals(files), [combine(layers), combine(changed)], await legacyStart(), (name) =>
    known.has(name),
  );
}
