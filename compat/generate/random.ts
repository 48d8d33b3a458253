// A small seeded generator of random numbers, so that every run can be repeated from its seed.
//
// fast-check was weighed: its arbitraries shrink by themselves, but one property run would have to build a
// repository per example, and its shrinker knows neither that any subset of a script's steps is again a script nor
// that a line can be tried on a repository that exists. Here a hundred lines share one repository, the two are
// compared in bulk, and only what differs is shrunk, by delta debugging (shrink.ts). What is left to a library is
// these thirty lines.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** True with the given chance in percent. */
  percent(chance: number): boolean {
    return this.below(100) < chance;
  }

  /** One of the items. */
  pick<T>(items: readonly [T, ...T[]]): T;
  pick<T>(items: readonly T[]): T | undefined;
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }

  /** One of the items, each as often as its weight says. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T | undefined {
    let left = this.below(
      Math.max(
        1,
        items.reduce((sum, [weight]) => sum + weight, 0),
      ),
    );
    for (const [weight, item] of items) {
      if (left < weight) return item;
      left -= weight;
    }
    return undefined;
  }

  /** Some of the items, in their order. */
  some<T>(items: readonly T[], chance: number): T[] {
    return items.filter(() => this.percent(chance));
  }

  /** The items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => [this.below(1 << 30), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  }
}
