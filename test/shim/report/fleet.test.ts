// A team's own plan: stages from routes, and for each command what comes next.
import { describe, expect, test } from "vitest";
import { type Fleet, fleetSections, newPlan, stageOf, startOf } from "../../../shim/report/fleet.ts";
import { withSections } from "../../../shim/report/plan.ts";

const always = (mode: string, commands = ["*"], more = {}) => ({ commands, mode, ...more });

test("the stage is what the first routes of a command say, up to one that always holds", () => {
  expect(stageOf(undefined, "log")).toBe("native");
  expect(stageOf([], "log")).toBe("python");
  expect(stageOf([always("shadow", ["log"]), always("native")], "log")).toBe("shadow");
  expect(stageOf([always("shadow", ["log"]), always("native")], "status")).toBe("native");
  const canary = { canary: { percent: 25, otherwise: "shadow" }, verify: 1 };
  expect(stageOf([always("canary", ["*"], canary)], "log")).toBe("canary 25 %, verify 1 %");
  const routes = [always("native", ["log"], { flags: ["rev"] }), always("python", ["log"], { conditions: [1] })];
  expect(stageOf(routes, "log")).toBe("native for some; python for some; python");
});

describe("the tables", () => {
  const command = (name: string, total: number, native: number) => ({
    ...{ command: name, total, native },
    medianMs: undefined,
  });
  const compared = (name: string, same: number, different = 0) => ({
    ...{ command: name, same, different },
    notCounted: 0,
  });
  const fleet = (changes: Partial<Fleet>): Fleet => ({
    summary: {
      ...{
        from: Date.UTC(2030, 0, 2),
        to: Date.UTC(2030, 0, 9),
        total: 30,
        native: 12,
        savedMs: 300_000,
        legacyMs: 190.5,
        damaged: 0,
      },
      commands: [command("status", 20, 12), command("log", 9, 0), command("comm|it`", 1, 0)],
      reasons: [
        { reason: "config.hook", detail: "a", calls: 5, lostMs: 950, commands: ["status", "log"] },
        { reason: "config.hook", detail: "b", calls: 3, lostMs: 570, commands: ["status"] },
        { reason: "command.unknown", detail: undefined, calls: 1, lostMs: 190, commands: ["-"] },
      ],
      compared: [compared("log", 7)],
    },
    ...{ journals: 2, routes: [always("native", ["status"]), always("shadow", ["log"])], legacy: "7.2.4 (c build)" },
    ...{ known: new Set(["status", "log"]), proven: new Set(["*"]), demoted: new Set(), wanted: 20 },
    ...changes,
  });
  const line = (text: string, start: string) => text.split("\n").find((one) => one.startsWith(start));
  const rowOf = (name: string, changes: Partial<Fleet> = {}) =>
    line(fleetSections(fleet(changes)).fleet, `| \`${name}\``);

  test("have the figures of each command, whatever its name", () => {
    expect(fleetSections(fleet({})).fleet).toContain(
      "30 invocations in 2 journals, 2030-01-02 to 2030-01-09: 40 % native, which saved 5 min at 190.5 ms for a start of Python.",
    );
    expect(startOf(fleetSections(fleet({})).fleet)).toBe(190.5);
    expect(startOf("no plan")).toBeUndefined();
    expect(rowOf("status")).toBe(
      "| `status` | native | 20 | 60 % | - | - | yes | `config.hook`: remove the pre-, post- or fail- hook on this command, where it is not needed |",
    );
    expect(rowOf("comm?it?")).toBe("| `comm?it?` | python | 1 | 0 % | - | - | - | - |");
  });
  test("say what comes next", () => {
    const nextOf = (changes: Partial<Fleet>) => rowOf("log", changes)?.split(" | ").at(-1);
    const comparing = (same: number, different: number): Partial<Fleet> => ({
      summary: { ...fleet({}).summary, compared: [compared("log", same, different)] },
    });
    expect(nextOf({})).toBe("7 of 20 comparisons without a difference |");
    expect(nextOf(comparing(20, 0))).toBe("amalgam promote log |");
    expect(nextOf(comparing(90, 2))).toBe("look at the 2 differences: amalgam rollback |");
    expect(nextOf({ demoted: new Set(["log"]) })).toBe("amalgam rollback says what is held against it |");
    expect(nextOf({ proven: new Set(["status"]) })).toBe("proof against Mercurial 7.2.4 (c build) |");
    expect(nextOf({ routes: [] })).toBe("mode: shadow |");
    expect(nextOf({ routes: [always("canary", ["*"], { canary: { percent: 5, otherwise: "python" } })] })).toBe(
      "raise the canary's percent |",
    );
  });
  test("rank reasons, whatever their particulars", () => {
    expect(fleetSections(fleet({})).reasons.split("\n").slice(2)).toEqual([
      "| `config.hook` | 8 | 2 s | `status`, `log` | remove the pre-, post- or fail- hook on this command, where it is not needed |",
      "| `command.unknown` | 1 | 0 s | - | amalgam does not do this yet |",
    ]);
  });
  test("go into a new plan, and leave what people wrote in an old one", () => {
    const first = withSections(newPlan, fleetSections(fleet({})));
    const written = first.replace("everything else is yours.", "we begin with status.");
    const later = withSections(written, fleetSections(fleet({ routes: undefined })));
    expect(later).toContain("we begin with status.");
    expect(later).toContain("| `log` | native |");
    expect(later).not.toContain("| shadow |");
  });
});
