// A process describes itself to the engine in bytes, also where Node's text has lost them.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { shellScript } from "../../../shim/legacy/shell-script.ts";

const module = path.resolve(import.meta.dirname, "../../../shim/engine/request.ts");
const program = `import { currentRequest } from ${JSON.stringify(module)};
  const request = currentRequest(process.argv.slice(1));
  const odd = request.env.find(([name]) => name.toString() === "ODD");
  process.stdout.write(JSON.stringify({
    args: request.args.map((arg) => arg.toString("hex")), odd: odd?.[1].toString("hex"), cwd: request.cwd.toString("hex"),
    count: request.env.filter(([name]) => name.toString() === "PATH").length, tty: request.stdoutTty,
  }));`;

function describeIn(args: Buffer[], odd: Buffer) {
  const node = Buffer.from(process.execPath);
  const options = ["--input-type=module", "-e", program, "--"].map((text) => Buffer.from(text));
  const script = shellScript(node, [...options, ...args], [[Buffer.from("ODD"), odd]]);
  const result = spawnSync("/bin/sh", ["-c", script], { cwd: import.meta.dirname });
  return JSON.parse(result.stdout.toString());
}

test("text", () => {
  const seen = describeIn([Buffer.from("a"), Buffer.from("")], Buffer.from("x=y"));
  expect(seen).toMatchObject({ args: ["61", ""], odd: Buffer.from("x=y").toString("hex"), count: 1, tty: false });
  expect(Buffer.from(seen.cwd, "hex").toString()).toBe(import.meta.dirname);
});

test("other bytes", () => {
  const seen = describeIn([Buffer.from("é"), Buffer.from([0xff, 0x0a]), Buffer.from("-v")], Buffer.from([0xe9]));
  expect(seen).toMatchObject({ args: ["c3a9", "ff0a", "2d76"], odd: "e9", count: 1 });
});
