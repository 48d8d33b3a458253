// Text that looks like a project: files of a few areas with functions made of common words.
import type { Random } from "./random.ts";

export const areas = ["core", "net", "store", "render", "parser", "tools", "docs", "tests"];
const words =
  "account branch buffer cache channel client commit config cursor decode delta digest encode entry event field filter folder handle index input layer length limit list merge message node offset output packet page parent path pattern prefix query range record render request result revision route scan schema server session signal slot source state store stream string table target token trace tree update value vector walk window worker".split(
    " ",
  );
const verbs = ["add", "check", "close", "drop", "fix", "merge", "move", "open", "read", "rename", "split", "trim"];
export const people = ["Ada Berg <ada@example.org>", "Bo Chen <bo@example.org>", "Cleo Diaz <cleo@example.org>"];

/** The path of file number `n`, in one of some hundred folders. */
export function pathOf(n: number, random: Random): string {
  const area = areas[n % areas.length] ?? "core";
  const extension = area === "docs" ? "md" : area === "tools" ? "py" : "c";
  return `${area}/${random.pick(words)}/${random.pick(words)}_${n}.${extension}`;
}

export function content(random: Random): string {
  const functions = Array.from({ length: 2 + random.below(9) }, () => {
    const lines = Array.from({ length: 2 + random.below(6) }, () => `    ${statement(random)}`);
    return [`int ${random.pick(verbs)}_${random.pick(words)}(void) {`, ...lines, "}"].join("\n");
  });
  return `${functions.join("\n\n")}\n`;
}

/** One more or one other line somewhere in a file. */
export function edit(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(Math.max(1, lines.length - 1));
  lines.splice(at, random.below(2), `    ${statement(random)}`);
  return lines.join("\n");
}

export function message(random: Random): string {
  const first = `${random.pick(areas)}: ${random.pick(verbs)} ${random.pick(words)} ${random.pick(words)}`;
  return random.below(4) === 0 ? `${first}\n\nThe ${random.pick(words)} needs it for ${random.pick(words)}.` : first;
}

function statement(random: Random): string {
  return `${random.pick(words)}_${random.pick(words)} = ${random.pick(verbs)}_${random.pick(words)}(${random.below(4096)});`;
}
