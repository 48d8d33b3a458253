// vitest runs test/ only; compat/ has its own runner, native/ has cargo.
import { defineConfig } from "vitest/config";

// Comparisons behind commands get only what nobody else wants of the processor: nothing may run beside their tests.
const alone = ["test/package/shadow.test.ts"];

const common = { environment: "node", testTimeout: 60_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: alone,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: "alone", include: alone, sequence: { groupOrder: 1 } } },
    ],
  },
});
