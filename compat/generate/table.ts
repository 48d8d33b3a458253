// The command table, asked of the built front end: a command or flag that is added there is generated from then on.
import { execFileSync } from "node:child_process";
import { z } from "zod";

const flagSchema = z.object({
  short: z.string(),
  long: z.string(),
  takesValue: z.boolean(),
  list: z.boolean(),
  native: z.boolean(),
});

const tableSchema = z.object({
  commands: z.array(z.object({ names: z.array(z.string()).min(1), flags: z.array(flagSchema) })).min(1),
  globalFlags: z.array(flagSchema),
});

export type Flag = z.infer<typeof flagSchema>;
export type CommandTable = z.infer<typeof tableSchema>;
export type TableCommand = CommandTable["commands"][number];

/** Reads the table that `program` prints for `commands --json`. */
export function readTable(program: string): CommandTable {
  try {
    return tableSchema.parse(JSON.parse(execFileSync(program, ["commands", "--json"], { encoding: "utf8" })));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${program} commands --json does not give a command table: ${why}`);
  }
}
