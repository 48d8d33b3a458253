// What is measured: a command line per program, in which repository, and the budgets that hold for it.
import type { Role } from "./contenders.ts";

export interface Workload {
  name: string;
  repository: "small" | "flat-v1" | "flat-v2" | "source-v1" | "source-v2" | "history" | "none";
  args: string[];
  /** What git would be asked, where there is such a thing. */
  git?: string[];
  roles: Role[];
  /** amalgam's time as a share of another program's, at most. */
  budgets?: Partial<Record<Role, number>>;
  /** amalgam's own time, at most. */
  milliseconds?: number;
  /** The command is answered by a command server of legacy's. */
  warm?: boolean;
  /** The command is answered by legacy; what counts is what the detour adds, in milliseconds at most. */
  addedMilliseconds?: number;
}

const all: Role[] = ["amalgam", "legacy", "legacy-rust", "rhg", "chg", "git"];
const modern: Role[] = ["amalgam", "legacy-rust", "rhg", "git"];
const byServer: Role[] = ["amalgam", "exec", "legacy", "chg"];
const quick = { budgets: { rhg: 0.4 }, milliseconds: 3 };

function big(repository: Workload["repository"], budgets: Record<"all" | "unknown" | "tracked", number>): Workload[] {
  const roles = repository.endsWith("v2") ? modern : all;
  const python: Role[] = roles.filter((role) => !["git", "chg"].includes(role));
  return [
    {
      name: "status",
      repository,
      args: ["status"],
      git: ["status", "--porcelain"],
      roles,
      budgets: { rhg: budgets.all },
    },
    { name: "status -u", repository, args: ["status", "-u"], roles, budgets: { rhg: budgets.unknown } },
    {
      name: "status -mard",
      repository,
      args: ["status", "-mard"],
      git: ["status", "--porcelain", "-uno"],
      roles,
      budgets: { rhg: budgets.tracked },
    },
    // Without the present time, in which two programs' answers differ.
    ...["diff --nodates", "diff --nodates -U0", "diff --stat", "identify", "summary"].map(
      (name): Workload => ({
        name,
        repository,
        args: name.split(" "),
        roles: python,
        budgets: name.startsWith("diff") ? { "legacy-rust": 0.4 } : {},
      }),
    ),
  ];
}

/** What two changesets differ in, where that is ten thousand files. */
function wide(repository: Workload["repository"]): Workload[] {
  return ["diff -r 0 -r 1", "diff --stat -r 0 -r 1", "status --rev 0 --rev 1", "log -p -r 1"].map(
    (name): Workload => ({
      name,
      repository,
      args: name.split(" "),
      roles: ["amalgam", "legacy", "legacy-rust"],
      budgets: { legacy: 0.2 },
    }),
  );
}

/** A command that legacy answers, by a server of its own and in the other ways. */
function warm(name: string, args: string[]): Workload {
  return {
    ...{ name: `${name}, warm`, repository: "small", args, roles: byServer, warm: true },
    budgets: { chg: 1.1, legacy: 0.2 },
  };
}

/** A command on a long history, and how much of legacy's time it may take. */
function past(args: string[], share: number): Workload {
  return {
    name: args.join(" "),
    repository: "history",
    args,
    roles: ["amalgam", "legacy"],
    budgets: { legacy: share },
  };
}

/** What is asked of a long history, about a file that many changesets touched and by an author since a date. */
export function ofHistory(file: string, author: string, since: string): Workload[] {
  return [
    past(["log", "-T", "{node}\\n"], 0.05),
    past(["log", "-G", "-l", "50"], 0.05),
    past(["log", "-l", "10"], 0.03),
    past(["log", "-l", "10", "-p"], 0.05),
    past(["log", "-q", file], 0.1),
    { ...past(["annotate", "-r", "tip", file], 0.2), roles: ["amalgam", "legacy", "rhg"], budgets: { rhg: 1 } },
    past(["diff", "-r", "tip~100", "-r", "tip"], 0.2),
    past(["diff", "--nodates"], 0.2),
    past(["log", "-q", "-r", `author("literal:${author}") and date('>${since}')`], 0.1),
    ...["heads", "branches", "tags", "identify"].map((name) => past([name], 0.03)),
  ];
}

export const workloads: Workload[] = [
  {
    name: "--version (how fast a process can be)",
    repository: "none",
    args: ["version", "-q"],
    git: ["--version"],
    roles: ["amalgam", "git"],
  },
  { name: "root", repository: "small", args: ["root"], git: ["rev-parse", "--show-toplevel"], roles: all, ...quick },
  { name: "status", repository: "small", args: ["status"], git: ["status", "--porcelain"], roles: all, ...quick },
  { name: "cat a", repository: "small", args: ["cat", "a"], git: ["cat-file", "-p", "HEAD:a"], roles: all, ...quick },
  { name: "files", repository: "small", args: ["files"], git: ["ls-files"], roles: all, milliseconds: 3 },
  {
    name: "config ui.username",
    repository: "small",
    args: ["config", "ui.username"],
    git: ["config", "user.name"],
    roles: all,
    milliseconds: 3,
  },
  ...[
    ...["log -l 3", "log -T {node}\\n", "log -G", "log -G -l 50", "log -p", "log -l 10 -p", "log a"],
    ...["log -r author(bench)&date('>1969-01-01')", "heads", "tags", "branches", "bookmarks", "identify"],
    ...["parents", "tip", "diff --nodates", "diff -c .", "diff --stat", "annotate a", "grep a", "files set:modified()"],
    ...["resolve -l", "paths", "branch", "phase", "manifest", "export", "locate"],
  ].map(
    (name): Workload => ({
      name,
      repository: "small",
      args: name.split(" "),
      roles: ["amalgam", "legacy"],
      milliseconds: 3,
    }),
  ),
  {
    name: "summary by exec",
    repository: "small",
    args: ["summary"],
    roles: ["amalgam", "legacy"],
    addedMilliseconds: 3,
  },
  warm("summary", ["summary"]),
  warm("commit", ["commit", "--config", "ui.allowemptycommit=yes", "-m", "one more"]),
  warm(
    "summary with three extensions",
    ["rebase", "strip", "histedit"].flatMap((name) => ["--config", `extensions.${name}=`]).concat("summary"),
  ),
  ...ofHistory("of", "debug", "1970-01-02"),
  ...big("flat-v1", { all: 0.6, unknown: 0.35, tracked: 0.6 }),
  ...wide("flat-v1"),
  ...big("flat-v2", { all: 0.85, unknown: 0.35, tracked: 0.8 }),
  ...big("source-v1", { all: 0.6, unknown: 0.35, tracked: 0.5 }),
  ...big("source-v2", { all: 0.85, unknown: 0.35, tracked: 0.8 }),
];
