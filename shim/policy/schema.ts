// What a policy file may say. This is the one description: the checker, the published JSON Schema and the
// types of the rest derive from it.
import { z } from "zod";

/** Who answers a command. */
export const modes = ["python", "native", "canary"] as const;

/** What a canary's buckets are made of. */
export const bucketKeys = ["user", "host", "repository"] as const;

/** How a command gets to legacy. */
export const transports = ["auto", "exec", "warm"] as const;
export type Transport = (typeof transports)[number];

const commandName = z
  .string()
  .regex(/^(\*|[A-Za-z0-9][A-Za-z0-9_:-]*)$/, "not a command name")
  .meta({ description: "A command's full name, or * for every command.", examples: ["status", "*"] });

const route = z
  .strictObject({
    command: z.union([commandName, z.array(commandName).min(1)]).meta({
      description: "The command or commands that this route covers.",
    }),
    flags: z
      .array(z.string().regex(/^--[a-z0-9][a-z0-9-]*$/, "not the long name of a flag, such as --rev"))
      .min(1)
      .optional()
      .meta({ description: "Only command lines on which one of these flags is given.", examples: [["--template"]] }),
    mode: z.enum(modes).meta({
      description:
        "python: legacy answers. native: the Rust engine answers what it is certain of, legacy the rest. canary: native for a share, the others as else says.",
    }),
    percent: z.number().min(0).max(100).optional().meta({
      description: "Of a canary: the share that is native. Raising it moves nobody out.",
    }),
    bucketBy: z
      .array(z.enum(bucketKeys))
      .min(1)
      .optional()
      .meta({ description: "Of a canary: what the share is chosen by; user and repository if it is not said." }),
    else: z.enum(["python", "native"]).optional().meta({
      description: "Of a canary: who answers the others; python if it is not said.",
    }),
  })
  .superRefine((route, context) => {
    const report = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (route.mode === "canary" && route.percent === undefined) report("percent", "a canary needs it");
    if (route.mode === "canary") return;
    for (const key of ["percent", "bucketBy", "else"] as const) {
      if (route[key] !== undefined) report(key, "only a canary has it");
    }
  })
  .meta({ description: "The first route that covers a command decides; a command that none covers goes to Python." });

const legacy = z
  .strictObject({
    executable: z
      .string()
      .regex(/^(auto|~?\/.+)$/, "neither auto nor an absolute path")
      .default("auto")
      .meta({
        description: "The Python hg: auto (the first hg on the PATH that is not amalgam), or its path.",
        examples: ["auto", "/usr/bin/hg", "~/.local/bin/hg"],
      }),
    transport: z.enum(transports).optional().meta({
      description:
        "exec: the launcher replaces itself by legacy. warm: a command server of legacy's answers, wherever that shows no difference. auto (the default): warm where it is proven, exec otherwise.",
    }),
  })
  .meta({ description: "The Mercurial that amalgam stands in front of." });

export const policySchema = z
  .strictObject({
    version: z.literal(1).meta({ description: "The version of this format." }),
    legacy: legacy.optional(),
    routes: z.array(route).optional(),
  })
  .meta({ title: "amalgam policy", description: "Which commands amalgam answers natively and which go to Python." });

/** A policy file that passed. */
export type PolicyFile = z.infer<typeof policySchema>;

/** One route of it. */
export type PolicyRoute = z.infer<typeof route>;
