// What is told of an extension: its origin, its changes, and what it costs.
import { expect, test } from "vitest";
import { extensionLines } from "../../../shim/report/extensions.ts";
import type { Style } from "../../../shim/report/style.ts";

const plain = (text: string): string => text;
const plainStyle: Style = { good: plain, bad: plain, warn: plain, dim: plain, strong: plain };

test("an extension that costs commands", () => {
  const changes = ["wraps status, st", "runs code of its own at reposetup"];
  const shown = { name: "corp", version: "1.2", bundled: false, changes, costs: ["status", "files"] };
  expect(extensionLines(shown, plainStyle)).toEqual([
    "extension corp 1.2, not Mercurial's own",
    "  wraps status, st",
    "  runs code of its own at reposetup",
    "  Python answers because of it here: status, files",
  ]);
});

test("one that costs nothing, and one that was not asked about", () => {
  const rebase = { name: "rebase", bundled: true, changes: [] };
  expect(extensionLines({ ...rebase, costs: [] }, plainStyle)).toEqual([
    "extension rebase, came with Mercurial",
    "  changes nothing",
    "  costs no native answer here",
  ]);
  expect(extensionLines(rebase, plainStyle)).toHaveLength(2);
});

test("long lists are cut, and what is nobody's has no origin", () => {
  const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
  const [title, line] = extensionLines(
    { name: "?", bundled: false, changes: [`wraps ${names.join(", ")}`] },
    plainStyle,
  );
  expect(title).toBe("some extension");
  expect(line).toMatch(/^ {2}wraps n0, .*, n11 and 8 more$/);
});
