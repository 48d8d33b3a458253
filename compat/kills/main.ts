// npm run compat:kills: commits through command servers, each with something killed at a random moment: the launcher,
// the worker that runs the command, or the server. Checks after each that the commit was made once or not at all, that
// a success was one, that nothing began twice, and that the next command is answered.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../generate/random.ts";

const usage = `usage: npm run compat:kills -- [options]

  --rounds N       how many commits (default 1000)
  --seed S         for the random moments (default: random, and printed)
  --subject PATH   the launcher (default: bin/hg)
  --legacy PATH    the Python hg (default: AMALGAM_LEGACY_HG, .venv/bin/hg)`;

const victims = ["launcher", "worker", "server"] as const;
const root = join(import.meta.dirname, "..", "..");

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), "amalgam-kills-"));
  readonly repository = join(this.folder, "repo");
  /** What a commit usually takes, in milliseconds. */
  usual = 120;
  readonly #subject: string;
  readonly #legacy: string;
  readonly env: Record<string, string>;

  constructor(subject: string, legacy: string) {
    this.#subject = subject;
    this.#legacy = legacy;
    const rc = join(this.folder, "hgrc");
    const began = join(this.folder, "began");
    writeFileSync(began, "");
    writeFileSync(rc, `[ui]\nusername = test\n[hooks]\npre-commit = echo "$HG_ARGS" >> ${began}\n`);
    this.env = {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: this.folder,
      HGRCPATH: rc,
      LC_ALL: "C.UTF-8",
      AMALGAM_HOME: join(this.folder, "home"),
      AMALGAM_LEGACY_HG: legacy,
      AMALGAM_TRANSPORT: "warm",
      AMALGAM_SERVER_IDLE: "120",
      AMALGAM_JOURNAL: join(this.folder, "journal"),
    };
    mkdirSync(this.repository);
    this.hg(["init"]);
  }

  /** Legacy itself, for building and checking. */
  hg(args: string[]): number | null {
    return spawnSync(this.#legacy, args, { cwd: this.repository, env: this.env }).status;
  }

  /** How many commits have `name` in their description; asked of the launcher, which answers that natively. */
  made(name: string): number {
    const args = ["log", "-r", `desc(${JSON.stringify(name)})`, "-T", "x"];
    const env = { ...this.env, AMALGAM_TRANSPORT: "exec" };
    return spawnSync(this.#subject, args, { cwd: this.repository, env }).stdout.length;
  }

  start(args: string[]): {
    child: ChildProcess;
    end: Promise<{ code: number | null; signal: string | null; said: string }>;
  } {
    const child = spawn(this.#subject, args, {
      cwd: this.repository,
      env: this.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    const end = new Promise<{ code: number | null; signal: string | null; said: string }>((resolve) => {
      child.on("exit", (code, signal) => resolve({ code, signal, said }));
    });
    return { child, end };
  }

  servers(): number[] {
    const folder = join(this.folder, "home/run");
    const about = (name: string): number[] => {
      const file = join(folder, name, "about");
      return existsSync(file) ? [Number.parseInt(readFileSync(file, "utf8"), 10)] : [];
    };
    return existsSync(folder) ? readdirSync(folder).flatMap(about) : [];
  }

  workers(): number[] {
    return this.servers().flatMap((pid) => {
      const file = `/proc/${pid}/task/${pid}/children`;
      try {
        return readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number).filter(runs);
      } catch {
        return [];
      }
    });
  }

  /** How often `text` stands among what the hook wrote as commits began. */
  began(text: string): number {
    return readFileSync(join(this.folder, "began"), "utf8")
      .split("\n")
      .filter((line) => line.includes(text)).length;
  }

  warm(): number {
    return readFileSync(this.env.AMALGAM_JOURNAL ?? "", "utf8")
      .split("\n")
      .filter((line) => line.includes('"answer":"warm"')).length;
  }
}

/** Whether a process has not ended. One that is killed before its server has noted it is not reaped before the next one. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

function kill(pid: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function round(ground: Ground, number: number, random: Random, counts: Map<string, number>): Promise<string[]> {
  const name = `round-${number}-`;
  appendFileSync(join(ground.repository, "a"), `${number}\n`);
  const victim = random.pick(victims);
  const signal: NodeJS.Signals = random.percent(70) ? "SIGKILL" : "SIGTERM";
  const begun = performance.now();
  const { child, end } = ground.start(["commit", "-A", "-m", name]);
  // Most moments lie within the command; some before its worker is there, some after its end.
  await pause((random.below(1000) / 1000) * 1.3 * ground.usual);
  const target = { launcher: [child.pid], worker: ground.workers(), server: ground.servers() }[victim];
  const hit = target.map((pid) => kill(pid, signal)).includes(true);
  const { code, signal: ended, said } = await end;
  if (code === 0) ground.usual += (performance.now() - begun - ground.usual) / 10;
  // What was begun comes to its end without the launcher too.
  for (let tries = 0; ground.workers().length > 0 && tries < 2000; tries += 1) await pause(5);
  const mistakes: string[] = [];
  if (ground.workers().length > 0) mistakes.push("a worker does not end");
  if (existsSync(join(ground.repository, ".hg/store/journal"))) ground.hg(["recover"]);
  const made = ground.made(name);
  const began = ground.began(name);
  if (made > 1 || began > 1) mistakes.push(`made ${made} times, begun ${began} times`);
  if (code === 0 && made !== 1) mistakes.push("success without a commit");
  if (
    code !== 0 &&
    ended === null &&
    !/ended in the middle|killed!|abort: |interrupted!|Traceback|waiting for lock/.test(said)
  )
    mistakes.push(`exit code ${code} without a word: ${said}`);
  const outcome = ended
    ? `ended by ${ended}`
    : code === 0
      ? "success"
      : said.includes("in the middle")
        ? "told"
        : `exit code ${code}`;
  const key = `${hit ? `${victim} ${signal}` : "nothing hit"}: ${outcome}, ${made === 1 ? "committed" : "not committed"}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  return mistakes.map((mistake) => `${name} (${key}): ${mistake}`);
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { rounds: text, seed: text, subject: text, legacy: text, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const rounds = Number(values.rounds ?? 1000);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const subject = resolve(values.subject ?? join(root, "bin/hg"));
  const legacy = values.legacy ?? process.env.AMALGAM_LEGACY_HG ?? join(root, ".venv/bin/hg");
  const ground = new Ground(subject, legacy);
  const counts = new Map<string, number>();
  const mistakes: string[] = [];
  const random = new Random(seed);
  process.stdout.write(`${rounds} commits, --seed ${seed}\n`);
  try {
    for (let number = 0; number < rounds; number += 1) {
      mistakes.push(...(await round(ground, number, random, counts)));
      if (number % 100 === 99) {
        const code = ground.hg(["verify", "-q"]);
        if (code !== 0) mistakes.push(`verify: exit code ${code}`);
        process.stdout.write(`${number + 1} of ${rounds}, ${mistakes.length} mistakes\n`);
      }
    }
    const lines = [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, count]) => `${String(count).padStart(5)}  ${key}`);
    process.stdout.write(`${lines.join("\n")}\n${ground.warm()} commits went to a server\n`);
  } finally {
    for (const pid of [...ground.workers(), ...ground.servers()]) kill(pid, "SIGKILL");
    rmSync(ground.folder, { recursive: true, force: true, maxRetries: 3 });
  }
  for (const mistake of mistakes) process.stdout.write(`! ${mistake}\n`);
  process.stdout.write(mistakes.length === 0 ? "No mistake.\n" : `${mistakes.length} mistakes.\n`);
  return mistakes.length === 0 ? 0 : 1;
}

process.exitCode = await main();
