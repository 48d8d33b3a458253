// The tables of migration-plan.md are as `amalgam plan` would write them from what is committed.
import { expect, test } from "vitest";
import { readPlan } from "../../shim/api/plan.ts";

test("migration-plan.md is fresh", () => {
  const { current, wanted } = readPlan();
  expect(current, "run npm run plan").toBe(wanted);
});

test("some run is recorded", () => expect(readPlan().proofs.length).toBeGreaterThan(0));
