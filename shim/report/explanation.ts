// `amalgam explain` as text: the steps in order, then who answers and why.
import type { Style } from "./style.ts";

interface Shown {
  answeredBy: "native" | "legacy";
  reason?: string;
  sentence?: string;
  detail?: string;
  legacyPath?: string;
  legacyMissing?: string;
  steps: { step: string; outcome: string }[];
}

export function explanationLines(commandLine: string, shown: Shown, style: Style): string[] {
  const width = Math.max(...shown.steps.map(({ step }) => step.length));
  return [
    style.strong(`hg ${commandLine}`.trimEnd()),
    ...shown.steps.map(({ step, outcome }) => `  ${style.dim(step.padEnd(width))}  ${outcome}`),
    "",
    verdict(shown, style),
  ];
}

function verdict({ answeredBy, reason, sentence, detail, legacyPath, legacyMissing }: Shown, style: Style): string {
  if (answeredBy === "native") return `${style.good("native")}: the Rust engine answers`;
  const who = legacyPath
    ? `${style.warn("Python")}: ${legacyPath} answers`
    : `${style.bad("nobody")}: ${legacyMissing}`;
  return `${who}\n${reason}: ${sentence}${detail ? ` (${detail})` : ""}`;
}
