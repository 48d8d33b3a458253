// A shell script that shows a case by hand: copies the fixture to the same place and runs both sides.
import type { Case } from "./cases.ts";
import type { Fixture } from "./fixtures.ts";
import type { Legacy } from "./legacy.ts";
import { settingsText } from "./slot.ts";
import type { Subject } from "./subject.ts";
import { shellQuote } from "./words.ts";

const quote = (text: string): string => shellQuote(Buffer.from(text)).toString();

/** A copy of the user's repository is gone after the run, so it is made again from theirs; a share is made whole. */
function copyLine(fixture: Fixture, world: string): string {
  if (fixture.origin === undefined) return `cp -a ${quote(fixture.world)} ${quote(world)}`;
  const share = `test ! -e ${quote(`${fixture.origin}/.hg/sharedpath`)} || { echo "it is a share: copy its source first"; exit 2; }`;
  return `{ ${share}; } && mkdir -p ${quote(world)} && cp -a ${quote(fixture.origin)} ${quote(`${world}/repo`)}`;
}

const hermeticLine = (world: string): string =>
  `export HOME=${quote(`${world}/home`)} HGRCPATH=${quote(`${world}.hgrc`)} LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC`;

export interface Sides {
  legacy: Legacy;
  subject: Subject;
  /** Otherwise the environment and configuration of whoever runs the script are in force. */
  hermetic: boolean;
  /** What every case has besides its own settings: enabled extensions. */
  settings: string;
}

/** The script as text; bytes that are not UTF-8 are kept as latin1 characters in $'...' where they occur. */
export function reproduction(one: Case, fixture: Fixture, world: string, sides: Sides): string {
  const { legacy, subject, hermetic, settings } = sides;
  const word = (bytes: Buffer): string => {
    const text = bytes.toString("utf8");
    if (Buffer.from(text).equals(bytes) && !/\p{Cc}/u.test(text)) return quote(text.replaceAll("$W", world));
    return `$'${bytes.toString("latin1").replace(/[^\x20-\x7e]|['\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`)}'`;
  };
  const env = Object.entries(one.env).map(([name, value]) =>
    value === null ? `unset ${name}` : `export ${name}=${quote(value.replaceAll("$W", world))}`,
  );
  const line =
    one.shell === undefined ? `hg ${(one.args ?? []).map(word).join(" ")}` : one.shell.replaceAll("$W", world);
  const side = (program: string[]): string =>
    [
      `rm -rf ${quote(world)} && ${copyLine(fixture, world)} && mkdir -p ${quote(`${world}/home`)}`,
      ...fixture.relocate.map(
        (file) => `sed -i ${quote(`s#${fixture.world}#${world}#g`)} ${quote(`${world}/${file}`)}`,
      ),
      ...(one.hgrc
        ? [`printf '%s\\n' ${quote(one.hgrc.replaceAll("$W", world))} >> ${quote(`${world}/repo/.hg/hgrc`)}`]
        : []),
      `hg() { ${program.map(quote).join(" ")} "$@"; }`,
      `cd ${quote(`${world}/${one.cwd}`)}; ${line}${one.tty ? ` # in a terminal, ${one.tty.columns}x${one.tty.rows}` : one.stdin === undefined ? " </dev/null" : ` <<< ${quote(one.stdin)}`}; echo "exit code $?"; cd /`,
    ].join("\n");
  return [
    `mkdir -p ${quote(world)} && printf '%s' ${quote(settingsText(one, world, settings))} > ${quote(`${world}.hgrc`)}`,
    ...(hermetic ? [hermeticLine(world)] : []),
    `export TERM=xterm COLUMNS=80 AMALGAM_TRANSPORT=exec AMALGAM_LEGACY_HG=${quote(legacy.path)}`,
    ...env,
    ...(one.umask === undefined ? [] : [`umask ${one.umask}`]),
    side([legacy.path]),
    side(subject.program),
  ].join("\n");
}
