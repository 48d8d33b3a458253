// Legacy is started with exactly the bytes that were given, and its end is reported exactly.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runLegacy } from "../../../shim/legacy/run.ts";
import { asText, shellScript } from "../../../shim/legacy/shell-script.ts";

const folder = mkdtempSync(path.join(tmpdir(), "amalgam-legacy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes its arguments and two variables, NUL-terminated, into a file. */
const out = path.join(folder, "out");
const recorder = path.join(folder, "recorder");
writeFileSync(recorder, `#!/bin/sh\nprintf '%s\\0' "$@" "$FIRST" "$SECOND" > '${out}'\nexit 7\n`, { mode: 0o755 });

const bytes = (...values: number[]): Buffer => Buffer.from(values);
const recorded = (): Buffer => readFileSync(out);
const joined = (...parts: Buffer[]): Buffer => Buffer.concat(parts.flatMap((part) => [part, bytes(0)]));
const env: [Buffer, Buffer][] = [
  [Buffer.from("FIRST"), Buffer.from("one")],
  [Buffer.from("SECOND"), Buffer.from("zwei ü")],
];

describe("arguments", () => {
  test("that are text", async () => {
    const args = ["status", "", "a b", "$HOME", "ü"].map((text) => Buffer.from(text));
    expect(await runLegacy(recorder, { args, env })).toEqual({ kind: "exit", code: 7 });
    expect(recorded()).toEqual(joined(...args, Buffer.from("one"), Buffer.from("zwei ü")));
  });
  test("that are no text", async () => {
    const args = [bytes(0xff, 0x27, 0x0a), bytes(), bytes(0x25, 0x5c, 0xe9, 0x0a, 0x0a), Buffer.from("-n")];
    expect(await runLegacy(recorder, { args, env })).toEqual({ kind: "exit", code: 7 });
    expect(recorded()).toEqual(joined(...args, Buffer.from("one"), Buffer.from("zwei ü")));
  });
  test("with a variable that is no text", async () => {
    const value = bytes(0xe9, 0x0a);
    await runLegacy(recorder, { args: [], env: [...env.slice(0, 1), [Buffer.from("SECOND"), value]] });
    expect(recorded()).toEqual(joined(Buffer.from("one"), value));
  });
});

test("a shell script is plain ASCII", () => {
  const script = shellScript(Buffer.from("/x"), [bytes(...Array.from({ length: 255 }, (_, i) => i + 1))], []);
  expect(/^[\n\x20-\x7e]*$/.test(script)).toBe(true);
  expect(spawnSync("/bin/sh", ["-n", "-c", script]).status).toBe(0);
});

test("bytes are text only when they are UTF-8", () => {
  expect(asText(Buffer.from("ü\ufeff"))).toBe("ü\ufeff");
  expect(asText(bytes(0xc3))).toBeUndefined();
});

describe("its end", () => {
  test("by a signal", async () => {
    const dies = path.join(folder, "dies");
    writeFileSync(dies, "#!/bin/sh\nkill -TERM $$\n", { mode: 0o755 });
    expect(await runLegacy(dies, { args: [], env: [] })).toEqual({ kind: "signal", signal: "SIGTERM" });
  });
  test("before it began", async () => {
    await expect(runLegacy(path.join(folder, "none"), { args: [], env: [] })).rejects.toThrow(/ENOENT/);
  });
  test("an interrupt is legacy's to answer", async () => {
    const traps = path.join(folder, "traps");
    writeFileSync(traps, "#!/bin/sh\ntrap 'exit 9' INT\necho ready\nwhile :; do sleep 0.05; done\n", { mode: 0o755 });
    const module = path.resolve(import.meta.dirname, "../../../shim/legacy/run.ts");
    const code = `import { runLegacy } from ${JSON.stringify(module)};
      const end = await runLegacy(${JSON.stringify(traps)}, { args: [], env: [[Buffer.from("PATH"), Buffer.from(process.env.PATH)]] });
      process.exitCode = end.code + 1;`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.once("data", () => process.kill(-(child.pid ?? 0), "SIGINT"));
    const exit = await new Promise((resolve) => child.once("close", resolve));
    expect(exit).toBe(10);
  });
});
