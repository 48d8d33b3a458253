// An extension as text: what a look at it found, and what that costs in native answers.
import type { Style } from "./style.ts";

interface Shown {
  name: string;
  version?: string;
  bundled: boolean;
  changes: string[];
  /** Commands that go to Python because of it; absent where that was not asked. */
  costs?: string[];
}

/** More names than this are counted. */
const mostNames = 12;

export function extensionLines({ name, version, bundled, changes, costs }: Shown, style: Style): string[] {
  const origin = bundled ? "came with Mercurial" : "not Mercurial's own";
  const title = name === "?" ? "some extension" : `extension ${name}${version === undefined ? "" : ` ${version}`}`;
  return [
    `${style.strong(title)}${name === "?" ? "" : style.dim(`, ${origin}`)}`,
    ...(changes.length > 0 ? changes.map((clause) => `  ${short(clause)}`) : ["  changes nothing"]),
    ...(costs === undefined ? [] : [`  ${costLine(costs, style)}`]),
  ];
}

function costLine(costs: readonly string[], style: Style): string {
  if (costs.length === 0) return style.good("costs no native answer here");
  return style.warn(`Python answers because of it here: ${costs.join(", ")}`);
}

/** A clause with the names that one can read. */
function short(clause: string): string {
  const names = clause.split(", ");
  if (names.length <= mostNames) return clause;
  return `${names.slice(0, mostNames).join(", ")} and ${names.length - mostNames} more`;
}
