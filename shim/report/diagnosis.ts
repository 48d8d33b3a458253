// `amalgam doctor` as text.
import { extensionLines } from "./extensions.ts";
import { wayText } from "./servers.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

interface PolicyShown {
  layers: { scope: string; file: string; exists: boolean }[];
  table: string;
}

/** What this report shows of a diagnosis; the API's own type has more. */
interface Shown {
  version: string;
  launcher: { path: string; active: boolean };
  legacy: { path?: string; missing?: string; version?: string; build?: string };
  facts: { state: string; detail: string };
  transport: { transport: "warm" | "exec"; detail?: string };
  policy: PolicyShown & { repository?: PolicyShown };
  commands: { command: string; native: boolean; reason?: string; detail?: string }[];
  extensions: { name: string; version?: string; bundled: boolean; changes: string[]; costs: string[] }[];
  findings: { message: string; advice: string }[];
}

export function diagnosisLines(shown: Shown, style: Style, width: number): string[] {
  const { launcher, legacy, facts, policy } = shown;
  const files = [policy, policy.repository].flatMap((part) => (part ? policyText(part) : []));
  const rows = [
    ["amalgam", `${shown.version}, ${launcher.path}${launcher.active ? "" : ", not the hg on your PATH"}`],
    [
      "Mercurial",
      legacy.path
        ? `${legacy.version ?? "?"} (${legacy.build ?? "?"} build), ${legacy.path}`
        : `none: ${legacy.missing}`,
    ],
    ["transport", wayText(shown.transport)],
    ["facts", facts.state === "current" ? "current" : `${facts.state}: ${facts.detail}`],
    ["policy", files.length > 0 ? files.join("; ") : "none: every native command is on"],
  ];
  const commands = shown.commands.map(({ command, native, reason, detail }) => [
    command,
    native ? style.good("native") : style.warn("Python"),
    native ? "" : [reason, detail].filter(Boolean).join(": "),
  ]);
  const columns = [{ title: "command here" }, { title: "route" }, { title: "why", shrinks: true }];
  return [
    ...rows.map(([name = "", value = ""]) => `${style.strong(name.padEnd(10))} ${value}`),
    "",
    ...table(columns, commands, width),
    style.dim("Every other command goes to Python."),
    ...shown.extensions.flatMap((extension) => ["", ...extensionLines(extension, style)]),
    "",
    ...(shown.findings.length > 0
      ? shown.findings.flatMap((finding) => findingLines(finding, style))
      : [style.good("All is well.")]),
  ];
}

function policyText({ layers, table: state }: PolicyShown): string[] {
  const files = layers.filter((layer) => layer.exists).map((layer) => `${layer.file} (${layer.scope})`);
  return files.length > 0 ? [`${files.join(", ")}, route table ${state}`] : [];
}

function findingLines({ message, advice }: { message: string; advice: string }, style: Style): string[] {
  return [`${style.bad("!")} ${message}`, `  ${advice}`];
}
