// Which cases run: those that fit the reference, by tier, variant, filter, an earlier report and shard.
import { type Case, caseNumber } from "./cases.ts";
import type { Legacy } from "./legacy.ts";
import { isPlain } from "./oracle.ts";
import { withVariants } from "./variants.ts";

export interface Choice {
  tier: "quick" | "full";
  filters: readonly string[];
  variants: readonly string[];
  /** Only these. */
  retest: ReadonlySet<string> | undefined;
  shard: Shard | undefined;
}

export interface Shard {
  index: number;
  count: number;
}

/** One case in this many is in the quick tier: those that the reference's server answers, and the slow others. */
const quickSample = { plain: 6, other: 12 };

/** A fixed choice, so that a quick run is the same everywhere. */
export function isQuick(one: Case): boolean {
  if (one.tier !== "sampled") return one.tier === "quick";
  return (caseNumber(one.id) >>> 8) % (isPlain(one) ? quickSample.plain : quickSample.other) === 0;
}

/** Chooses from all cases, in their order. */
export function choose(every: readonly Case[], choice: Choice, legacy: Legacy): Case[] {
  const { tier, filters, retest, shard } = choice;
  const named = filters.length > 0 || retest !== undefined;
  return every
    .filter((one) => fits(one, legacy) && (tier === "full" || named || isQuick(one)))
    .flatMap((one) => withVariants(one, choice.variants))
    .filter(({ id }) => retest?.has(id) ?? true)
    .filter(({ id }) => filters.length === 0 || filters.some((text) => matches(id, text)))
    .filter(({ id }) => shard === undefined || shardOf(id, shard.count) === shard.index);
}

/** Whether a case is for this reference and this user. */
export function fits(one: Case, legacy: Legacy): boolean {
  if (one.legacy !== undefined && one.legacy !== legacy.build) return false;
  return one.root === undefined || one.root === (process.getuid?.() === 0);
}

const matches = (id: string, text: string): boolean =>
  text.startsWith("=") ? id === text.slice(1) : id.includes(text);

/** From 1. Other digits of the number than those that choose the tier and the lane. */
function shardOf(id: string, count: number): number {
  return (Math.floor(caseNumber(id) / 65536) % count) + 1;
}

/** Reads `--shard i/n`. */
export function readShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [index, count] = (/^(\d+)\/(\d+)$/.exec(text)?.slice(1) ?? []).map(Number);
  if (index === undefined || count === undefined || index < 1 || index > count) {
    throw new Error(`--shard: i/n with i from 1 to n, such as 2/5, not ${text}`);
  }
  return { index, count };
}
