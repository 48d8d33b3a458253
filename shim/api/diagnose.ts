// Everything that `amalgam doctor` says: what is installed, how it stands, and for each native command whether
// it is native in this folder. A finding is something that keeps amalgam from doing what it could.
import { currentRequest, type Demotions, type Explanation, type Extension, engine, type Way } from "../engine/index.ts";
import { commands } from "../generated/commands.ts";
import { describeProblem } from "../policy/problem.ts";
import { findLauncher, type LauncherState } from "./launcher.ts";
import { packageVersion } from "./package.ts";
import { allProblems, type PolicyState, readPolicy, type TableState } from "./policy.ts";
import { type Records, readRecords } from "./records.ts";

export interface CommandRoute {
  command: string;
  native: boolean;
  reason?: string;
  sentence?: string;
  detail?: string;
}

export interface ExtensionCost extends Extension {
  costs: string[];
}

export interface Finding {
  message: string;
  advice: string;
}

export interface Diagnosis {
  version: string;
  launcher: LauncherState;
  legacy: { path?: string; missing?: string; version?: string; build?: string };
  facts: { state: string; detail: string; path?: string };
  /** How a command that Python answers gets there, in this folder. */
  transport: Way;
  policy: PolicyState;
  records: Records;
  /** What was found wrong on this machine, or sent back by hand. */
  demotions: Demotions;
  /** For each native command, in this folder and with this environment. */
  commands: CommandRoute[];
  /** The enabled extensions: what they change, and the native commands that go to Python because of them. */
  extensions: ExtensionCost[];
  findings: Finding[];
}

/** Arguments without which a command is a usage error. */
const needed: Record<string, string[]> = { cat: ["."] };

export function diagnose(): Diagnosis {
  // Asking legacy now is what the next command would do anyway.
  const facts = engine().gatherFacts(currentRequest([]));
  const routes = commands.map(({ names: [name = ""] }) => ({
    name,
    explanation: engine().explain({ ...currentRequest([name, ...(needed[name] ?? [])]), askFirst: true }),
  }));
  const { legacyPath, legacyMissing } = routes[0]?.explanation ?? {};
  const diagnosis: Diagnosis = {
    version: packageVersion(),
    launcher: findLauncher(process.env),
    legacy: {
      ...(legacyPath !== undefined && { path: legacyPath }),
      ...(legacyMissing !== undefined && { missing: legacyMissing }),
      ...(facts.version !== undefined && { version: facts.version }),
      ...(facts.build !== undefined && { build: facts.build }),
    },
    facts: { state: facts.state, detail: facts.detail, ...(facts.path !== undefined && { path: facts.path }) },
    transport: engine().transport(currentRequest(["summary"])),
    policy: readPolicy(),
    records: readRecords(),
    demotions: engine().demotions(currentRequest([])),
    commands: routes.map(({ name, explanation }) => commandRoute(name, explanation)),
    extensions: extensionCosts(routes),
    findings: [],
  };
  return { ...diagnosis, findings: findingsOf(diagnosis) };
}

/** Where legacy answers because of an extension, the reason's particular begins with its name. */
function extensionCosts(routes: readonly { name: string; explanation: Explanation }[]): ExtensionCost[] {
  const known = routes.map(({ explanation }) => explanation.extensions).find((all) => all.length > 0) ?? [];
  const because = (extension: string): string[] =>
    routes
      .filter(({ explanation: { reason, detail } }) => {
        const who = extension === "?" ? "an extension" : extension;
        return reason === "extension.unproven" && detail?.startsWith(`${who}: `);
      })
      .map(({ name }) => name);
  return known.map((extension) => ({ ...extension, costs: because(extension.name) }));
}

function commandRoute(command: string, explanation: Explanation): CommandRoute {
  const { answeredBy, reason, sentence, detail } = explanation;
  if (answeredBy === "native") return { command, native: true };
  return {
    command,
    native: false,
    ...(reason && { reason }),
    ...(sentence && { sentence }),
    ...(detail && { detail }),
  };
}

/** What is wrong and what to do about it. */
export function findingsOf({
  launcher,
  legacy,
  facts,
  policy,
  records,
  demotions,
  commands: routes,
}: Diagnosis): Finding[] {
  const findings: Finding[] = [];
  const add = (message: string, advice: string) => findings.push({ message, advice });
  if (!launcher.built) add(`the launcher ${launcher.path} was not built`, "Run npm run setup in amalgam's folder.");
  else if (launcher.firstOnPath === undefined)
    add("no hg is on your PATH", "Run amalgam setup and add the line that it prints.");
  else if (!launcher.active) {
    add(
      `the first hg on your PATH, ${launcher.firstOnPath}, is not amalgam`,
      "Run amalgam setup and add the line that it prints.",
    );
  }
  if (legacy.path === undefined) {
    add(
      `there is no Mercurial behind amalgam: ${legacy.missing}`,
      "Install it (pip install mercurial) or set AMALGAM_LEGACY_HG.",
    );
  } else if (facts.state !== "current") {
    add(
      `${legacy.path} does not say what amalgam needs to know: ${facts.detail}`,
      "Everything goes to Python until it does.",
    );
  }
  const unproven = routes.filter((route) => route.reason === "legacy.unproven").map(({ command }) => command);
  if (unproven.length > 0) {
    const proven = engine()
      .proven()
      .map(({ version, build }) => `${version} (${build})`);
    add(
      `native is not proven against Mercurial ${legacy.version} (${legacy.build}) for ${unproven.join(", ")}`,
      `Proven are ${proven.join(", ")}; everything else goes to Python.`,
    );
  }
  if (records.trouble !== undefined) {
    add(
      `nothing can be recorded in ${records.folder}: ${records.trouble}`,
      "Commands are answered as ever, but there is no journal and no comparison until that is mended.",
    );
  }
  if (demotions.broken !== undefined) {
    add(`${demotions.file} is ${demotions.broken}`, "Everything goes to Python; remove the file to begin anew.");
  }
  const demoted = demotions.entries.filter(({ state }) => state !== "counting");
  if (demoted.length > 0) {
    const [first] = demoted;
    const others = demoted.length > 1 ? ` and ${demoted.length - 1} more` : "";
    add(`Python answers again for ${first?.cell}${others}: ${first?.why}`, "amalgam rollback lists all of it.");
  }
  for (const problem of allProblems(policy)) {
    if (problem.severity === "error")
      add(describeProblem(problem), "Correct the policy, then run amalgam policy compile.");
  }
  const what: Partial<Record<TableState, string>> = {
    missing: "is not compiled",
    outdated: "has changed since it was compiled",
    leftover: "is gone, but not its route table",
  };
  for (const [name, part] of [
    ["the policy", policy],
    ["the repository's policy", policy.repository],
  ] as const) {
    const state = part && what[part.table];
    if (state) add(`${name} ${state}`, "Run amalgam policy compile.");
  }
  return findings;
}
