// npm run compat:rollout: some ten thousand invocations under canary, shadow and verification, with a Mercurial that begins
// to lie about a line now and then. Each lie has to be found, its cell has to go back to Python at once and stay there,
// nothing else may, and raising a canary may move nobody out. Then what all of that costs an invocation.
import path from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../generate/random.ts";
import { Ground, lines } from "./ground.ts";
import { overhead } from "./overhead.ts";

const usage = `usage: npm run compat:rollout -- [options]

  --invocations N    how many (default 10000)
  --repositories N   in how many repositories (default 200)
  --lies N           about how many lines legacy begins to lie (default 20)
  --seed S           for what is typed where (default: random, and printed)
  --subject PATH     the launcher (default: bin/hg)
  --legacy PATH      the Python hg (default: AMALGAM_LEGACY_HG, .venv/bin/hg)`;

const root = path.join(import.meta.dirname, "..", "..");
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const policy = (percent: number): string => `routes:
  - { command: [status, diff], mode: canary, percent: ${percent}, bucketBy: [repository], else: shadow, verify: 50% }
  - { command: [log, files, manifest], mode: shadow }
  - { command: "*", mode: native, verify: 50% }
breaker: { mismatches: 1, cooldown: 1d }
compare: { atOnce: 16, evidence: shape, ci: true, battery: true }
`;

interface Lie {
  line: string;
  /** Calls since it began, until its cell was demoted. */
  calls: number;
  /** Of these, answers that were not legacy's. */
  shown: number;
  caught: boolean;
  /** Native answers after that. */
  after: number;
}

class Play {
  readonly lies: Lie[] = [];
  readonly #ground: Ground;
  #demoted = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  begin(line: string): void {
    this.#ground.lie(line);
    this.lies.push({ line, calls: 0, shown: 0, caught: false, after: 0 });
  }

  /** Types a line, and looks at what its lie came to. */
  call(line: string, repository: number): void {
    const lie = this.lies.find((one) => one.line === line);
    // Only what is known before a command begins counts against it.
    const held = this.#ground.demoted().length;
    if (held > this.#demoted) this.#note(held);
    const shown = this.#ground.type(line, repository);
    if (lie === undefined) return;
    const isLegacys = shown.startsWith("a lie");
    if (lie.caught) {
      if (!isLegacys) lie.after += 1;
    } else {
      lie.calls += 1;
      if (!isLegacys) lie.shown += 1;
    }
  }

  /** Which lies the breaker has found by now. */
  #note(held: number): void {
    const cells = this.#ground.demoted();
    for (const lie of this.lies) lie.caught ||= cells.some((cell) => isCell(cell, lie.line));
    this.#demoted = held;
  }

  get open(): Lie[] {
    this.#note(this.#ground.demoted().length);
    return this.lies.filter(({ caught }) => !caught);
  }
}

/** Whether a cell is the one of a line: command and flags, in the breaker's words. */
function isCell(cell: string, line: string): boolean {
  const [command, ...words] = line.split(" ");
  const given = words.filter((word) => word.startsWith("-")).flatMap((word) => [...word.slice(1)]);
  const [name, ...parts] = cell.split(" ");
  const flags = parts.flatMap((part) => (part.startsWith("--") ? [flagLetters[part] ?? part] : []));
  return name === command && flags.sort().join() === given.sort().join();
}

const flagLetters: Record<string, string> = {
  ...{ "--modified": "m", "--added": "a", "--removed": "r", "--deleted": "d", "--unknown": "u", "--no-status": "n" },
  ...{ "--clean": "c", "--all": "A", "--limit": "l", "--rev": "r", "--quiet": "q", "--verbose": "v", "--branch": "b" },
  ...{ "--template": "T", "--num": "n", "--stat": "stat" },
};
async function main(): Promise<number> {
  const option = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      ...{ invocations: option, repositories: option, lies: option, seed: option, subject: option, legacy: option },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const number = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : Number(text);
  const seed = number(values.seed, Math.floor(Math.random() * 2 ** 31));
  const [calls, count] = [number(values.invocations, 10_000), number(values.repositories, 200)];
  const subject = path.resolve(values.subject ?? path.join(root, "bin", "hg"));
  const legacy = path.resolve(values.legacy ?? process.env.AMALGAM_LEGACY_HG ?? path.join(root, ".venv", "bin", "hg"));
  say(`${calls} invocations in ${count} repositories; repeat with --seed ${seed}`);
  const ground = new Ground(subject, legacy, count);
  try {
    return await play(ground, { calls, seed, wanted: number(values.lies, 20) });
  } finally {
    // Comparisons may still be at it.
    await pause(2000);
    ground.remove();
  }
}

async function play(ground: Ground, plan: { calls: number; seed: number; wanted: number }): Promise<number> {
  const random = new Random(plan.seed);
  const count = ground.repositories.length;
  ground.policy(policy(50));
  for (let turn = 0; turn < 3; turn += 1) ground.type("root", 0);
  await pause(3000);
  const play = new Play(ground);
  // Not the lines whose flags have no letter, nor what is measured afterwards.
  const liable = lines.filter((line) => !/--|-T|^locate$|^root$/.test(line));
  const every = Math.max(1, Math.floor((plan.calls * 0.9) / plan.wanted));
  const started = Date.now();
  for (let call = 0; call < plan.calls; call += 1) {
    if (call % every === every - 1 && play.lies.length < plan.wanted && liable.length > 0)
      play.begin(liable.splice(random.below(liable.length), 1)[0] ?? "status");
    play.call(lines[random.below(lines.length)] ?? "status", random.below(count));
    if (call % 1000 === 999) say(`  ${call + 1} invocations, ${play.lies.length} lies begun, ${play.open.length} open`);
  }
  // Lies that were not asked about often enough.
  for (let turn = 0; turn < 100 && play.open.length > 0; turn += 1) {
    for (const { line } of play.open) play.call(line, random.below(count));
    await pause(50);
  }
  const seconds = (Date.now() - started) / 1000;
  return (
    judge(ground, play, { calls: plan.calls, seconds }) + (await buckets(ground)) + (overhead(ground, say) ? 0 : 1)
  );
}

/** Says what came of it; 1 where something is wrong. */
function judge(ground: Ground, play: Play, { calls, seconds }: { calls: number; seconds: number }): number {
  const journals = ground.repositories.map((_, repository) => ground.journal(repository));
  const comparisons = journals.flatMap((journal) => journal.comparisons);
  const tally = (names: string[]): string =>
    Object.entries(Object.groupBy(names, (name) => name))
      .map(([name, all]) => `${name} ${all?.length ?? 0}`)
      .join(", ");
  say(
    `${calls} invocations in ${seconds.toFixed(0)} s: ${tally(journals.flatMap(({ entries }) => entries.map(({ answer, reason }) => reason ?? answer ?? "?")))}`,
  );
  say(`comparisons: ${tally(comparisons.map(({ compared = "?" }) => compared))}`);
  const missed = play.open;
  const strangers = ground.demoted().filter((cell) => !play.lies.some(({ line }) => isCell(cell, line)));
  const before = play.lies.map((one) => one.calls).sort((a, b) => a - b);
  say(
    `lies: ${play.lies.length} begun, ${play.lies.length - missed.length} found; calls until Python answered again: median ${before[Math.floor(before.length / 2)]}, most ${before.at(-1)}`,
  );
  const after = play.lies.reduce((sum, one) => sum + one.after, 0);
  say(
    `other answers than legacy's shown: ${play.lies.reduce((sum, one) => sum + one.shown, 0)} before a lie was found, ${after} after`,
  );
  if (missed.length > 0) say(`NOT FOUND: ${missed.map(({ line }) => line).join(", ")}`);
  if (strangers.length > 0) say(`DEMOTED WITHOUT A LIE: ${strangers.join(", ")}`);
  return missed.length + strangers.length + after > 0 ? 1 : 0;
}

/** Whether a canary that is raised moves somebody out, and how its buckets are filled. */
function buckets(ground: Ground): number {
  const native = (percent: number): Set<number> => {
    ground.policy(`routes: [{ command: "*", mode: canary, percent: ${percent}, bucketBy: [repository] }]\n`);
    const all = ground.repositories.map((_, repository) => repository);
    return new Set(
      all.filter((repository) => {
        ground.type("locate", repository);
        return ground.journal(repository).entries.at(-1)?.answer === "native";
      }),
    );
  };
  const steps = [10, 25, 50, 75, 100].map((percent) => ({ percent, native: native(percent) }));
  const out = steps
    .slice(1)
    .flatMap((step, at) => [...(steps[at]?.native ?? [])].filter((one) => !step.native.has(one)));
  say(
    `canary: ${steps.map(({ percent, native: some }) => `${percent} % is ${some.size} of ${ground.repositories.length}`).join(", ")}; moved out by raising it: ${out.length}`,
  );
  return out.length > 0 ? 1 : 0;
}

process.exitCode = (await main()) > 0 ? 1 : 0;
