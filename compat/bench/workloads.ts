// What is measured: a command line per program, in which repository, and the budgets that hold for it.
import type { Role } from "./contenders.ts";

export interface Workload {
  name: string;
  repository: "small" | "flat-v1" | "flat-v2" | "source-v1" | "source-v2" | "none";
  args: string[];
  /** What git would be asked, where there is such a thing. */
  git?: string[];
  roles: Role[];
  /** amalgam's time as a share of another program's, at most. */
  budgets?: Partial<Record<Role, number>>;
  /** amalgam's own time, at most. */
  milliseconds?: number;
  /** The command is answered by legacy; what counts is what the detour adds, in milliseconds at most. */
  addedMilliseconds?: number;
}

const all: Role[] = ["amalgam", "legacy", "legacy-rust", "rhg", "chg", "git"];
const modern: Role[] = ["amalgam", "legacy-rust", "rhg", "git"];
const quick = { budgets: { rhg: 0.4 }, milliseconds: 3 };

function big(repository: Workload["repository"], budgets: Record<"all" | "unknown" | "tracked", number>): Workload[] {
  const roles = repository.endsWith("v2") ? modern : all;
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
  {
    name: "log -l 3 by exec",
    repository: "small",
    args: ["log", "-l", "3"],
    roles: ["amalgam", "legacy"],
    addedMilliseconds: 3,
  },
  ...big("flat-v1", { all: 0.6, unknown: 0.35, tracked: 0.6 }),
  ...big("flat-v2", { all: 0.85, unknown: 0.35, tracked: 0.8 }),
  ...big("source-v1", { all: 0.6, unknown: 0.35, tracked: 0.5 }),
  ...big("source-v2", { all: 0.85, unknown: 0.35, tracked: 0.8 }),
];
