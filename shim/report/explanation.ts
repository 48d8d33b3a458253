// `amalgam explain` as text: the steps in order, then who answers and why.
import { extensionLines } from "./extensions.ts";
import { wayText } from "./servers.ts";
import type { Style } from "./style.ts";

interface Shown {
  answeredBy: "native" | "legacy";
  reason?: string;
  sentence?: string;
  detail?: string;
  legacyPath?: string;
  legacyMissing?: string;
  steps: { step: string; outcome: string }[];
  extensions?: { name: string; version?: string; bundled: boolean; changes: string[] }[];
  way?: { transport: "warm" | "exec"; detail?: string };
}

export function explanationLines(commandLine: string, shown: Shown, style: Style): string[] {
  const width = Math.max(...shown.steps.map(({ step }) => step.length));
  return [
    style.strong(`hg ${commandLine}`.trimEnd()),
    ...shown.steps.map(({ step, outcome }) => `  ${style.dim(step.padEnd(width))}  ${outcome}`),
    ...(shown.extensions ?? []).flatMap((extension) => extensionLines(extension, style).map((line) => `  ${line}`)),
    "",
    verdict(shown, style),
  ];
}

function verdict(shown: Shown, style: Style): string {
  const { answeredBy, reason, sentence, detail, legacyPath, legacyMissing, way } = shown;
  if (answeredBy === "native") return `${style.good("native")}: the Rust engine answers`;
  const who = legacyPath
    ? `${style.warn("Python")}: ${legacyPath} answers`
    : `${style.bad("nobody")}: ${legacyMissing}`;
  const because = `${reason}: ${sentence}${detail ? ` (${detail})` : ""}`;
  return [who, because, ...(way ? [style.dim(wayText(way))] : [])].join("\n");
}
