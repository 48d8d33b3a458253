// Every subcommand of `amalgam`. A subcommand's code is read only when it is asked for, so that `amalgam hg`
// starts fast.
import type { Ending } from "./ending.ts";

export interface Subcommand {
  name: string;
  summary: string;
  load: () => Promise<{ run: (args: string[]) => Promise<Ending> }>;
}

export const subcommands: readonly Subcommand[] = [
  { name: "setup", summary: "put amalgam's hg on your PATH, or undo it", load: () => import("./setup.ts") },
  {
    name: "doctor",
    summary: "what is installed, and what is native here and what is not",
    load: () => import("./doctor.ts"),
  },
  { name: "explain", summary: "who answers a command line, and why", load: () => import("./explain.ts") },
  {
    name: "commands",
    summary: "every command and flag that native knows",
    load: () => import("./commands.ts"),
  },
  { name: "policy", summary: "check and compile the policy, or print its schema", load: () => import("./policy.ts") },
  {
    name: "report",
    summary: "how much was native, what that saved, and why the rest was not",
    load: () => import("./report.ts"),
  },
  {
    name: "promote",
    summary: "make a command native in your policy, with proof",
    load: () => import("./promote.ts"),
  },
  {
    name: "rollback",
    summary: "send commands back to Python at once, or list what is there",
    load: () => import("./rollback.ts"),
  },
  {
    name: "parity",
    summary: "prove that both implementations answer alike, here or on a repository of yours",
    load: () => import("./parity.ts"),
  },
  {
    name: "legacy",
    summary: "the command servers of the Python Mercurial: which run, and ending them",
    load: () => import("./legacy.ts"),
  },
  { name: "plan", summary: "write the tables of the migration plan", load: () => import("./plan.ts") },
  { name: "hg", summary: "run a Mercurial command in this process", load: () => import("./hg.ts") },
];
