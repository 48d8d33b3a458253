// Random command lines, made from the command table: every command, every flag, in every spelling that legacy's
// parser knows, and some that it refuses.
import { type ByteText, bytesOf, lineWord, toBuffer } from "./bytes.ts";
import type { CommandTable, Flag, TableCommand } from "./table.ts";
import { extensionWords } from "./traces.ts";
import { configKey, flagValue, type Place, pattern, revisions } from "./values.ts";

/** A part of a line that can go as a whole: a flag with its value, an argument, or `--`. */
export type Part = Buffer[];

export interface GeneratedLine {
  /** What the command is called in reports. */
  command: string;
  parts: Part[];
  /** The part that is the command word. */
  word: number;
  env: Record<string, string>;
}

/** Command words that stand before another command's flags: mistakes that legacy words, and what falls back. */
const foreign = [
  "log",
  "identify",
  "summary",
  "heads",
  "branches",
  "tags",
  "bookmarks",
  "parents",
  "tip",
  "help",
  "annotate",
];

const environments: readonly [Record<string, string>, ...Record<string, string>[]] = [
  { HGPLAIN: "1" },
  { HGPLAIN: "" },
  { HGPLAIN: "1", HGPLAINEXCEPT: "alias,color" },
  { HGPLAIN: "+strictflags" },
  { HGRCSKIPREPO: "1" },
  { LANGUAGE: "de" },
  { LC_ALL: "C" },
  { HGENCODING: "latin-1" },
  { HGENCODING: "ascii", HGENCODINGMODE: "replace" },
  { TZ: "Asia/Kathmandu" },
  { COLUMNS: "40" },
  { TERM: "dumb", NO_COLOR: "1" },
];

/** How often one flag is given, in a thousand. */
const chance = { native: 140, legacy: 4, global: 20 };

/** Flags whose answer is a time, or a dialogue. */
const untold = new Set(["profile", "time", "debugger"]);

/** One command line for a repository. */
export function generateLine(place: Place, table: CommandTable): GeneratedLine {
  const { random, repository } = place;
  const command =
    random.weighted(table.commands.map((one) => [2 + one.flags.length, one] as const)) ?? table.commands[0];
  if (command === undefined) throw new Error("the command table is empty");
  const [name = ""] = command.names;
  const given = (flags: readonly Flag[], scale: number): ByteText[][] =>
    flags
      .filter((flag) => !untold.has(flag.long) && random.below(1000) < (flag.native ? scale : chance.legacy))
      .flatMap((flag) => Array.from({ length: flag.list && random.percent(25) ? 2 : 1 }, () => flag))
      .map((flag) => spell(place, name, flag, [...command.flags, ...table.globalFlags]));
  const before = random.percent(30) ? given(table.globalFlags, chance.global) : [];
  const flags = [...random.shuffled(given(command.flags, chance.native)), ...given(table.globalFlags, chance.global)];
  const parts = [...combine(place, flags), ...operands(place, command)];
  if (random.percent(2)) parts.splice(random.below(parts.length + 1), 0, wrong(place, table));
  const extended = extensionWords(repository.extensions, "options");
  if (extended.length > 0 && random.percent(2)) parts.unshift([random.pick(extended) ?? "--mq"]);
  const words = [...before, [commandWord(place, command, table)], ...parts];
  const other = random.percent(1) ? random.pick(foreign) : undefined;
  if (other !== undefined) words[before.length] = [other];
  if (random.percent(3) && repository.aliases.length > 0)
    words[before.length] = [random.pick(repository.aliases) ?? "st"];
  return {
    command: other ?? name,
    parts: words.map((part) => part.map(toBuffer)),
    word: before.length,
    env: random.percent(7) ? random.pick(environments) : {},
  };
}

/** The line as a case file would hold it. */
export function lineText(line: GeneratedLine): string {
  return line.parts.flat().map(lineWord).join(" ");
}

function commandWord({ random }: Place, command: TableCommand, table: CommandTable): string {
  const name = random.percent(85) ? (command.names[0] ?? "") : (random.pick(command.names) ?? "");
  if (random.percent(96)) return name;
  if (random.percent(60)) return name.slice(0, Math.max(1, name.length - 1 - random.below(4)));
  return random.pick(["", "nosuch", "STATUS", "-", "a", "debug", table.commands.at(-1)?.names[0] ?? ""]);
}

/** A flag in one of its spellings. */
function spell(place: Place, command: string, flag: Flag, all: readonly Flag[]): ByteText[] {
  const { random } = place;
  const useShort = flag.short !== "" && random.percent(60);
  const long = random.percent(7) ? abbreviate(place, flag.long, all) : flag.long;
  if (!flag.takesValue) {
    if (random.percent(4)) return [`--no-${long}`];
    return [useShort ? `-${flag.short}` : `--${long}`];
  }
  const value = flagValue(place, command, flag.long);
  if (useShort) return random.percent(30) ? [`-${flag.short}${value}`] : [`-${flag.short}`, value];
  return random.percent(40) ? [`--${long}=${value}`] : [`--${long}`, value];
}

/** A prefix that is unique, or nearly so. */
function abbreviate({ random }: Place, long: string, all: readonly Flag[]): string {
  const unique = (length: number): boolean =>
    all.every((flag) => flag.long === long || !flag.long.startsWith(long.slice(0, length)));
  const shortest = Array.from(long, (_, index) => index + 1).find(unique) ?? long.length;
  return long.slice(0, Math.max(1, random.percent(90) ? shortest + random.below(3) : shortest - 1));
}

/** Runs of short switches in one word, now and then. */
function combine({ random }: Place, parts: ByteText[][]): ByteText[][] {
  const result: ByteText[][] = [];
  for (const part of parts) {
    const [word = ""] = part;
    const last = result.at(-1)?.[0];
    const joins = last !== undefined && /^-\w+$/.test(last) && result.at(-1)?.length === 1 && /^-\w/.test(word);
    if (joins && random.percent(40)) result[result.length - 1] = [last + word.slice(1), ...part.slice(1)];
    else result.push(part);
  }
  return result;
}

/** What follows the flags, by what the command seems to take. */
function operands(place: Place, command: TableCommand): ByteText[][] {
  const { random } = place;
  const takes = (long: string): boolean => command.flags.some((flag) => flag.long === long);
  const list = (make: () => ByteText): ByteText[][] => Array.from({ length: 1 + random.below(3) }, () => [make()]);
  const name = command.names[0] ?? "";
  if (name === "config") return random.percent(75) ? list(() => bytesOf(configKey(random))) : [];
  if (name === "paths")
    return random.percent(50) ? list(() => bytesOf(random.pick(["default", "up", "rel", "x", "nosuch", ""]))) : [];
  if (takes("include")) {
    if (!random.percent(name === "cat" ? 95 : 45)) return [];
    const given = list(() => pattern(place));
    const safe = random.percent(80) || given.some(([word = ""]) => word.startsWith("-"));
    return random.percent(96) && safe ? [["--"], ...given] : given;
  }
  if (takes("rev")) return random.percent(20) ? list(() => bytesOf(revisions(place, name))) : [];
  return random.percent(8) ? list(() => bytesOf(random.pick(["a", "tip", "dir", "", "é", "--", "0"]))) : [];
}

/** Something that no parser should take. */
function wrong({ random }: Place, table: CommandTable): ByteText[] {
  const flag = random.pick(table.globalFlags);
  return [
    random.pick([
      "--frob",
      "-Z",
      "--frob=1",
      "-",
      "---",
      "-\xff",
      "--=",
      "--quiet=1",
      "--no-",
      "-qZ",
      `--${flag?.long ?? "cwd"}`,
      "--no-cwd",
      "--c",
    ]),
  ];
}
