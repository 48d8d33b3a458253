// What is left of a difference for people: a shell script that needs nothing but the two programs, and a fixture and
// a case that are ready to be added to compat/.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { processEnvironment } from "../runner/environment.ts";
import { placeExtensions } from "../runner/extensions.ts";
import { buildSettings } from "../runner/fixtures.ts";
import type { Legacy } from "../runner/legacy.ts";
import { baseSettings } from "../runner/slot.ts";
import { scriptWord } from "./bytes.ts";
import type { Step } from "./draft.ts";
import type { GeneratedCase } from "./generate.ts";
import { lineText } from "./lines.ts";
import { repositoryScript } from "./repository.ts";

const library = join(import.meta.dirname, "..", "fixtures", "lib.sh");

/** What a reproducer compares, and under which settings. */
interface Sides {
  legacy: Legacy;
  subject: readonly string[];
  /** Settings of the user besides the usual ones: enabled extensions. */
  settings: string;
}

/** Writes the three files into `folder` and returns the script's path. */
export function writeReproducer(
  folder: string,
  name: string,
  { one, steps }: { one: GeneratedCase; steps: readonly Step[] },
  sides: Sides,
): string {
  const target = join(folder, name);
  mkdirSync(target, { recursive: true });
  const fixture = repositoryScript(one.repository, steps);
  const script = join(target, "reproduce.sh");
  writeFileSync(script, reproducerText(one, fixture, { ...sides, settings: placeExtensions(sides.settings, target) }));
  chmodSync(script, 0o755);
  writeFileSync(join(target, `${name}.sh`), fixture);
  const entry = {
    name,
    repos: name,
    ...(one.cwd === "repo" ? {} : { cwd: one.cwd }),
    ...(Object.keys(one.line.env).length > 0 ? { env: one.line.env } : {}),
    ...(sides.settings === "" ? {} : { userrc: sides.settings }),
    run: [lineText(one.line)],
  };
  writeFileSync(join(target, "case.yaml"), stringify({ command: one.line.command, cases: [entry] }));
  return script;
}

/** A script that builds the repository, runs both programs on it, and shows what differs; it exits with 1 then. */
export function reproducerText(one: GeneratedCase, fixture: string, { legacy, subject, settings }: Sides): string {
  const words = one.line.parts.flat().map((word) => scriptWord(word.toString("latin1")).replaceAll("$W", "'\"$W\"'"));
  const exports = (values: Record<string, string>): string =>
    Object.entries(values)
      .map(
        ([name, value]) =>
          `${name}=${value.startsWith("$W") ? `"${value}"` : scriptWord(Buffer.from(value).toString("latin1"))}`,
      )
      .join(" ");
  const common = processEnvironment("$W", "$W.hgrc");
  return `#!/bin/sh
# Shows a difference between two programs on a repository that it builds. usage: reproduce.sh [LEGACY [SUBJECT]]
legacy=\${1:-${scriptWord(legacy.path)}}
subject=\${2:-${subject.map(scriptWord).join(" ")}}
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
W=$top/world
export W ${exports(common)}

# The repository, built by the reference.
mkdir "$W"
printf '%s' ${scriptWord(buildSettings)} > "$W.hgrc"
(
set -eu
export HGPLAIN=1 HG="$legacy" BUILD=${legacy.build} EVOLVE=\${EVOLVE-}
cd "$W"
${readFileSync(library, "utf8")}
${fixture}
finish
) || exit 2
mkdir -p "$W/home"
mv "$W" "$top/pristine"
printf '%s' ${scriptWord(Buffer.from(baseSettings + settings).toString("latin1"))} > "$W.hgrc"
export AMALGAM_LEGACY_HG="$legacy" AMALGAM_HOME="$top/amalgam" AMALGAM_TRANSPORT=exec
# The first run only makes the subject acquainted with the reference.
$subject root > /dev/null 2>&1; sleep 1

one() {
    rm -rf "$W"
    cp -a "$top/pristine" "$W"
    (
        cd "$W"/${scriptWord(Buffer.from(one.cwd).toString("latin1"))} || exit
        ${Object.keys(one.line.env).length > 0 ? `export ${exports(one.line.env)}` : ":"}
        "$@" ${words.join(" ")} < /dev/null > "$top/stdout" 2> "$top/stderr"
        echo "exit code $?" > "$top/code"
    )
    for stream in stdout stderr code; do echo "== $stream"; cat -v "$top/$stream"; done
    echo "== files"
    (cd "$W" && find . -type f ! -path '*/.hg/cache/*' ! -path '*/.hg/wcache/*' ! -name 'dirstate*' -exec sha256sum {} +) | sort -k 2
    (cd "$W/repo" && HGRCPATH= HGPLAIN=1 "$legacy" debugdirstate --no-dates 2>/dev/null)
}
one "$legacy" > "$top/expected"
one $subject > "$top/found"
diff -u "$top/expected" "$top/found"
`;
}
