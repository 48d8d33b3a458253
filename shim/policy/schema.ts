// What a policy file may say. This is the one description: the checker, the published JSON Schema and the
// types of the rest derive from it.
import { z } from "zod";

/** Who answers a command. */
export const modes = ["python", "native"] as const;
export type Mode = (typeof modes)[number];

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
    mode: z.enum(modes).meta({
      description: "python: legacy answers. native: the Rust engine answers what it is certain of, legacy the rest.",
    }),
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
