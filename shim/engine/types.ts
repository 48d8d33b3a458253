// What the addon takes and gives, as TypeScript sees it (native/addon/src is where it is made). Bytes stay bytes:
// arguments, paths and variables of a Unix process need not be text.

/** One invocation, complete: the engine asks the process for nothing but its user and process id. */
export interface Request {
  /** What follows `hg`. */
  args: Buffer[];
  cwd: Buffer;
  env: [name: Buffer, value: Buffer][];
  stdinTty: boolean;
  stdoutTty: boolean;
  stderrTty: boolean;
  /** The terminal's width, where there is one. */
  columns?: number;
  /** Whether what is not known yet is asked of legacy now, instead of being a reason for a fallback. */
  askFirst?: boolean;
}

/** One piece of output. The order of the pieces is the order of the program's writes. */
export interface Segment {
  stream: "stdout" | "stderr";
  data: Buffer;
}

/** Either the whole answer, or the reason why legacy has to give it. */
export type Answer =
  | { kind: "answer"; segments: Segment[]; exitCode: number; pager?: string }
  | { kind: "unsupported"; reason: string; detail: string };

/** One step of the decision, in order. */
export interface Step {
  step: string;
  outcome: string;
}

/** An enabled extension and what a look at it found. */
export interface Extension {
  /** `?` collects what is nobody's for certain. */
  name: string;
  version?: string;
  /** Whether it came with this Mercurial. */
  bundled: boolean;
  /** What it changes, one clause each. */
  changes: string[];
}

/** The route of one invocation and what it rests on. Nothing is run. */
export interface Explanation {
  /** The command's primary name, once it is known. */
  command?: string;
  /** What the route table says of the command, once it was asked. */
  mode?: "python" | "shadow" | "native";
  /** Who would answer. A command may still find a reason to leave it to legacy when it runs. */
  answeredBy: "native" | "legacy";
  /** The reason for legacy: its identifier, its sentence, and the particular. */
  reason?: string;
  sentence?: string;
  detail?: string;
  steps: Step[];
  /** The Python hg that was found. */
  legacyPath?: string;
  /** Why none was found. */
  legacyMissing?: string;
  /** Why the route table cannot be used. */
  tableError?: string;
  /** `current`, `missing`, `stale`, `damaged`, `failed` or `impossible`; absent where nobody asked. */
  factsState?: string;
  /** The state with its particular. */
  factsDetail?: string;
  /** The file that holds the facts. */
  factsPath?: string;
  /** The legacy's version, and its build: `c`, `rust` or `other`. */
  version?: string;
  build?: string;
  /** The enabled extensions, where they were looked at. */
  extensions: Extension[];
}

/** A reason for a fallback. */
export interface Reason {
  id: string;
  sentence: string;
}

export interface Flag {
  /** The letter; empty where there is none. */
  short: string;
  long: string;
  takesValue: boolean;
  list: boolean;
  native: boolean;
}

export interface Command {
  name: string;
  aliases: string[];
  flags: Flag[];
  paged: boolean;
  doc: string;
}

/** One thing that a route asks besides command and flags. */
export interface Condition {
  kind: "variable" | "user" | "repository" | "extension" | "requirement" | "changesets";
  name?: string;
  set?: boolean;
  value?: string;
  users?: number[];
  names?: string[];
  least?: number;
  most?: number;
}

/** What the policy compiles to. */
export interface Rules {
  /** The files that the rules come from: when one changes, the table is stale. */
  sources: string[];
  /** The Python hg, where the policy names it. */
  legacy?: string;
  /** How it is reached; `auto` where it is absent. */
  transport?: "auto" | "exec" | "warm";
  routes: {
    mode: "python" | "shadow" | "native" | "canary";
    commands: string[];
    /** Long names, one of which must be given. */
    flags?: string[];
    /** What else has to hold. */
    conditions?: Condition[];
    /** Of a canary: percent, what buckets are made of, and the mode of the others. */
    canary?: { percent: number; by: string[]; otherwise: string };
    /** The share, in percent, of native answers that are compared. */
    verify?: number;
  }[];
  /** Bytes after which a journal is put aside; 0 for none. */
  journalBytes?: number;
  /** When a cell is demoted, and when it returns. */
  breaker?: { mismatches: number; cooldownSeconds: number; clean: number };
  /** How answers are compared behind a command. */
  compare?: { atOnce: number; seconds: number; keep: string; inCi: boolean; onBattery: boolean };
  /** What extensions change that nobody can look at. */
  extensions?: { extension: string; commands: string[] }[];
}

export type Compiled = { kind: "table"; text: Buffer } | { kind: "invalid"; message: string };

/** What is known of legacy after asking it. */
export interface Gathered {
  state: string;
  detail: string;
  path?: string;
  version?: string;
  build?: string;
}

/** How legacy is reached; the detail says why it is exec. */
export interface Way {
  transport: "warm" | "exec";
  detail?: string;
}

/** A running command server of legacy's. */
export interface Server {
  pid: number;
  legacy: string;
  version: string;
  /** Since its last use, to the minute. */
  idleSeconds: number;
  /** What it alone holds in memory. */
  memoryKib?: number;
  folder: string;
}

/** What came of ending the servers; those that are left have a command to finish. */
export interface Stopped {
  servers: number;
  left: number;
}

/** What the breaker holds against a cell (command, flags, format, extensions), or against a whole command. */
export interface Demotion {
  cell: string;
  /** counting: too few mismatches yet. probation: the cooldown is over, and it is compared to return. */
  state: "counting" | "demoted" | "probation" | "hand";
  /** Milliseconds since 1970, where it is a matter of time. */
  until?: number;
  mismatches: number;
  clean: number;
  why: string;
}

export interface Demotions {
  /** Absent where no variable says where it could be. */
  file?: string;
  /** What is wrong with the file: everything goes to Python then. */
  broken?: string;
  entries: Demotion[];
}

/** Where amalgam's files are; absent where no variable says where they could be. */
export interface Layout {
  home?: string;
  policy?: string;
  routeTable?: string;
  cache?: string;
  state?: string;
  journal?: string;
  /** The note by which the launcher knows what compiles policies. */
  compiler?: string;
}

/** Where a repository would have a policy of its own, and what that compiles to. */
export interface RepositoryPolicy {
  root: string;
  policy: string;
  table?: string;
}

/** Everything that the addon exports. Expected failures are data; an exception is a bug. */
export interface Addon {
  answer(request: Request): Answer;
  explain(request: Request): Explanation;
  gatherFacts(request: Request): Gathered;
  layout(request: Request): Layout;
  /** How legacy would be reached if it had to answer. */
  transport(request: Request): Way;
  servers(request: Request): Server[];
  stopServers(request: Request): Stopped;
  compileRouteTable(rules: Rules): Compiled;
  /** The table in `old` as one of `sources` as they are now, whatever they say. */
  restampRouteTable(old: Buffer, sources: string[]): Compiled;
  /** The note about a program and its arguments. */
  compilerNote(argv: string[]): Buffer;
  /** For the repository that the working directory is in; null outside of any. */
  repositoryPolicy(request: Request): RepositoryPolicy | null;
  demotions(request: Request): Demotions;
  /** Demotes a cell or a whole command by hand; an error in words. */
  demote(request: Request, cell: string, why: string): string | null;
  /** Strikes out what is held against a cell, or against all cells of a command. */
  restore(request: Request, cell: string): { entries: number; error?: string };
  reasons(): Reason[];
  commands(): Command[];
  /** The options that every command takes. */
  globalFlags(): Flag[];
  /** The releases and builds of Mercurial that native is proven against, and for which commands (`*`: all). */
  proven(): { version: string; build: string; commands: string[] }[];
}
