#!/usr/bin/env node
// The entry of `amalgam`, and the only place that ends the process.
import { main } from "../commands/main.ts";

try {
  const ending = await main(process.argv.slice(2));
  if (ending.kind === "signal") process.kill(process.pid, ending.signal);
  else process.exitCode = ending.code;
} catch (error) {
  process.stderr.write(`amalgam: this is a bug in amalgam\n${(error as Error).stack}\n`);
  process.exitCode = 1;
}
