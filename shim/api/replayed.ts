// Replays a journal against another policy: which calls would be answered by whom, what that would save, and which
// differences that are known already it would meet.
import { group, median } from "../journal/group.ts";
import { type Entry, isDifference, type Journal } from "../journal/read.ts";
import type { RouteRule, Rules } from "../policy/layers.ts";

export interface Move {
  command: string;
  calls: number;
  /** Of the calls, those that are native now and those that would be, to be expected. */
  now: number;
  later: number;
  /** Milliseconds that starts of legacy would no longer take; negative where they would be added. */
  savedMs: number;
  /** Comparisons that found a difference, in this journal. */
  differences: number;
}

export interface WhatIf {
  moves: Move[];
  savedMs: number;
  /** Calls that neither policy decides: commands that native does not have. */
  elsewhere: number;
  /** Calls that a route with `when` may cover: a journal does not tell, and they are taken as not covered. */
  conditional: number;
}

/** What the change from `before` to `after` (undefined: no policy, all is native) would have meant. */
export function whatIf(
  journal: Journal,
  [before, after]: readonly [Rules | undefined, Rules | undefined],
  legacyMs: number,
  isNative: (command: string) => boolean,
): WhatIf {
  const decided = journal.entries.filter(({ command }) => command !== undefined && isNative(command));
  const moves = [...group(decided, ({ command = "" }) => command)].map(([command, calls]): Move => {
    const able = ability(calls);
    const native = (rules: Rules | undefined, entry: Entry) => shareOf(rules, command, entry.flags) * able(entry);
    const sum = (rules: Rules | undefined) => calls.reduce((total, entry) => total + native(rules, entry), 0);
    const [now, later] = [sum(before), sum(after)];
    const usual = median(calls.filter(({ answer }) => answer === "native").map(({ us }) => us / 1000)) ?? 0;
    const differences = journal.comparisons.filter((one) => one.command === command && isDifference(one)).length;
    return { command, calls: calls.length, now, later, savedMs: (later - now) * (legacyMs - usual), differences };
  });
  const changed = moves.filter(({ now, later }) => now !== later).sort((a, b) => b.savedMs - a.savedMs);
  return {
    moves: changed,
    savedMs: changed.reduce((total, one) => total + one.savedMs, 0),
    elsewhere: journal.entries.length - decided.length,
    conditional: decided.filter(({ command = "", flags }) =>
      [before, after].some((rules) => rules && isConditional(rules, command, flags)),
    ).length,
  };
}

/** Whether native can answer a call: known of those that it was asked, and their share for those that it was not. */
function ability(calls: readonly Entry[]): (entry: Entry) => number {
  const asked = (entry: Entry) =>
    !/^(policy\.(python|shadow)|breaker\.demoted|legacy\.changed|mode\.python)$/.test(entry.reason ?? "");
  const known = calls.filter(asked);
  const share = known.length === 0 ? 1 : known.filter(({ answer }) => answer === "native").length / known.length;
  return (entry) => (asked(entry) ? Number(entry.answer === "native") : share);
}

/** The share of such calls that a policy has native answer. */
export function shareOf(rules: Rules | undefined, command: string, flags: readonly string[]): number {
  if (rules === undefined) return 1;
  const route = rules.routes.find((one) => one.conditions === undefined && covers(one, command, flags));
  if (route === undefined) return 0;
  if (route.canary === undefined) return route.mode === "native" ? 1 : 0;
  const share = route.canary.percent / 100;
  return route.canary.otherwise === "native" ? 1 : share;
}

/** Whether the first route that may cover such calls asks for more. */
function isConditional(rules: Rules, command: string, flags: readonly string[]): boolean {
  return rules.routes.find((one) => covers(one, command, flags))?.conditions !== undefined;
}

function covers(route: RouteRule, command: string, flags: readonly string[]): boolean {
  return (
    (route.commands.includes("*") || route.commands.includes(command)) &&
    (route.flags === undefined || route.flags.some((flag) => flags.includes(flag)))
  );
}
