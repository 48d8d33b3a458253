// The shape of compat/cases/*.yaml. The JSON Schema that editors use (compat/cases.schema.json) is made from it.
import { z } from "zod";

const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
const environment = z.record(z.string(), z.union([z.string(), z.null()]));
const terminal = z.union([z.boolean(), z.strictObject({ columns: z.int(), rows: z.int() })]);
const nativeRule = z.enum(["required", "allowed", "forbidden"]);

const settings = {
  env: environment.optional().describe("Environment variables to set; null removes one."),
  userrc: z.string().optional().describe("Text of the user configuration file (HGRCPATH)."),
  hgrc: z.string().optional().describe("Text appended to .hg/hgrc of the repository."),
  stdin: z.string().optional(),
  tty: terminal.optional().describe("Run in a pseudo-terminal."),
  native: nativeRule.optional().describe("Whether the native engine has to answer, may, or must not."),
  config: z.array(z.string()).optional().describe("Values for --config, put before the command."),
};

export const variantSchema = z.strictObject(settings);

export const caseSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  about: z.string().optional().describe("What is being shown, where that is not plain."),
  repos: oneOrMany(z.string())
    .optional()
    .describe("Fixtures, or names of folders given with --repository; default: each of the latter."),
  run: oneOrMany(z.string()).describe(
    "Command lines without the leading hg, one per line; shell text where shell is true. With --repository, fill-ins stand for what is there: see amalgam parity --help.",
  ),
  cwd: oneOrMany(z.string()).optional().describe("Folders below the fixture to start in; default: repo."),
  shell: z.boolean().optional().describe("The lines are shell text in which hg is a function."),
  legacy: z.enum(["c", "rust"]).optional().describe("Only with this build of the reference."),
  root: z.boolean().optional().describe("Only when run by root (true) or only by others (false)."),
  tier: z
    .enum(["quick", "full"])
    .optional()
    .describe("quick: always in the quick tier; full: never; otherwise a fixed sample of the lines is."),
  variants: z.record(z.string(), variantSchema).optional().describe("Each line runs once per variant."),
  ...settings,
});

export const caseFileSchema = z.strictObject({
  command: z.string().optional().describe("What the cases count under; default: the first word of each line."),
  native: nativeRule.default("allowed"),
  cases: z.array(caseSchema).min(1),
});

export type CaseFile = z.infer<typeof caseFileSchema>;
export type CaseEntry = z.infer<typeof caseSchema>;
export type NativeRule = z.infer<typeof nativeRule>;
export type Variant = z.infer<typeof variantSchema>;

export const ledgerSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      kind: z.enum(["never", "not-yet", "flaky"]),
      reason: z.string().min(1),
      ids: z.array(z.string()).min(1).describe("Ids of cases; * stands for any text."),
      parts: z
        .array(z.enum(["stdout", "stderr", "code", "files", "fallback", "native", "wrote"]))
        .min(1)
        .optional()
        .describe("Only these may differ; default: anything."),
    }),
  ),
});
