// What a policy file may say. This is the one description: the checker, the published JSON Schema and the
// types of the rest derive from it.
import { z } from "zod";

/** Who answers a command. */
export const modes = ["python", "shadow", "native", "canary"] as const;

/** What a canary's buckets are made of. */
export const bucketKeys = ["user", "host", "repository"] as const;

/** How a command gets to legacy. */
export const transports = ["auto", "exec", "warm"] as const;
export type Transport = (typeof transports)[number];

/** What evidence of a mismatch keeps. */
export const keeps = ["shape", "line", "full"] as const;

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A time such as 7d, in seconds. */
const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}[smhd]$/, "not a time such as 7d, 12h, 30m or 45s")
  .transform((text) => Number(text.slice(0, -1)) * seconds[text.slice(-1) as keyof typeof seconds]);

const share = z
  .string()
  .regex(/^(100|[0-9]{1,2}(\.[0-9]{1,2})?)%$/, "not a share such as 1% or 0.5%")
  .transform((text) => Number(text.slice(0, -1)));

const commandName = z
  .string()
  .regex(/^(\*|[A-Za-z0-9][A-Za-z0-9_:-]*)$/, "not a command name")
  .meta({ description: "A command's full name, or * for every command.", examples: ["status", "*"] });

const names = (what: string, pattern: RegExp) => z.array(z.string().regex(pattern, `not ${what}`)).min(1);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const changesets = z
  .strictObject({ min: count.optional(), max: count.optional() })
  .refine(({ min = 0, max = Number.MAX_SAFE_INTEGER }) => min <= max, "min is more than max")
  .meta({ description: "The repository has at least and at most so many changesets.", examples: [{ min: 100000 }] });

const when = z
  .strictObject({
    repositories: names("an absolute path", /^~?\/.*$/)
      .optional()
      .meta({
        description: "The repository is at or below one of these folders; * and ? stand for characters of one name.",
        examples: [["~/src/mono", "/srv/*/work"]],
      }),
    users: z
      .array(z.union([z.int().min(0), z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, "not the name of a user")]))
      .min(1)
      .optional()
      .meta({ description: "The user is one of these, by name or number.", examples: [["alice", 1000]] }),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "not the name of a variable"),
        z.union([z.boolean(), z.string()]),
      )
      .optional()
      .meta({
        description:
          "Variables: true for one that is set (and not empty, 0, false or no), false for one that is not, or its value.",
        examples: [{ CI: true }],
      }),
    extensions: names("the name of an extension", /^[A-Za-z0-9][A-Za-z0-9_-]*$/)
      .optional()
      .meta({ description: "One of these extensions is enabled.", examples: [["evolve"]] }),
    requirements: names("a requirement", /^[a-z0-9][a-z0-9.-]*$/)
      .optional()
      .meta({
        description: "The repository's format has one of these requirements, as hg debugrequirements lists them.",
        examples: [["dirstate-v2"]],
      }),
    changesets: changesets.optional(),
  })
  .meta({ description: "What else has to hold, all of it." });

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
    when: when.optional(),
    mode: z.enum(modes).meta({
      description:
        "python: legacy answers. shadow: legacy answers, and native is compared with it behind the command. native: the Rust engine answers what it is certain of, legacy the rest. canary: native for a share, the others as else says.",
    }),
    verify: share.optional().meta({
      description:
        "Of the native answers, the share that is compared with legacy's behind the command: the user never waits.",
      examples: ["1%"],
    }),
    percent: z.number().min(0).max(100).optional().meta({
      description: "Of a canary: the share that is native. Raising it moves nobody out.",
    }),
    bucketBy: z
      .array(z.enum(bucketKeys))
      .min(1)
      .optional()
      .meta({ description: "Of a canary: what the share is chosen by; user and repository if it is not said." }),
    else: z.enum(["python", "shadow", "native"]).optional().meta({
      description: "Of a canary: who answers the others; python if it is not said.",
    }),
  })
  .superRefine((route, context) => {
    const report = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (route.mode === "canary" && route.percent === undefined) report("percent", "a canary needs it");
    if (route.verify !== undefined && route.mode !== "native" && route.mode !== "canary")
      report("verify", "only what native answers is verified");
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

const units = { KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30 } as const;

const journal = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: "Whether invocations are journalled, once amalgam setup has run." }),
    maxSize: z
      .string()
      .regex(/^[1-9][0-9]{0,3}(KiB|MiB|GiB)$/, "not a size such as 16MiB")
      .transform((text) => Number.parseInt(text, 10) * units[text.slice(-3) as keyof typeof units])
      .default(16 << 20)
      .meta({ description: "A journal of more becomes the earlier one, of which there is one.", examples: ["16MiB"] }),
  })
  .meta({
    description: "What is recorded of each invocation: command, flags by name, who answered and why, how long.",
  });

const breaker = z
  .strictObject({
    mismatches: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .meta({ description: "So many mismatches demote a cell to Python." }),
    cooldown: duration.default(seconds.d * 7).meta({ description: "For how long.", examples: ["7d", "12h"] }),
    clean: z.int().min(1).max(1000).default(3).meta({
      description: "After that, so many comparisons in a row without a difference bring the cell back to native.",
    }),
  })
  .meta({ description: "What happens where native was found wrong: the cell goes back to Python on this machine." });

const compare = z
  .strictObject({
    atOnce: z.int().min(0).max(16).default(2).meta({ description: "Comparisons at once; 0 makes none." }),
    timeout: duration.default(60).meta({ description: "For each of the two answers.", examples: ["60s"] }),
    evidence: z.enum(keeps).default("line").meta({
      description:
        "What is kept of a mismatch, in a folder of yours: shape (sizes, digests, where the first difference is), line (the command line as well, to be replayed), full (both answers as well).",
    }),
    ci: z.boolean().default(false).meta({ description: "Also where the variable CI is set." }),
    battery: z.boolean().default(false).meta({ description: "Also while a battery is drained." }),
  })
  .meta({ description: "How shadow and verify compare both answers behind a command." });

export const policySchema = z
  .strictObject({
    version: z.literal(1).meta({ description: "The version of this format." }),
    legacy: legacy.optional(),
    journal: journal.optional(),
    routes: z.array(route).optional(),
    breaker: breaker.optional(),
    compare: compare.optional(),
    extensions: z
      .record(
        z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "not the name of an extension"),
        z.strictObject({
          affects: z.array(commandName).meta({
            description: "The commands that it changes by code that runs for each repository; none: an empty list.",
            examples: [["commit", "push"]],
          }),
        }),
      )
      .optional()
      .meta({
        description:
          "What an extension changes that cannot be seen by loading it. What can be seen counts in any case; amalgam doctor shows it.",
      }),
  })
  .meta({ title: "amalgam policy", description: "Which commands amalgam answers natively and which go to Python." });

/** The keys that each mapping may have, by its path with list positions left out. */
export const policyKeys: Record<string, readonly string[]> = {
  "": Object.keys(policySchema.shape),
  legacy: Object.keys(legacy.shape),
  routes: Object.keys(route.shape),
  "routes.when": Object.keys(when.shape),
  "routes.when.changesets": Object.keys(changesets.shape),
  journal: Object.keys(journal.shape),
  breaker: Object.keys(breaker.shape),
  compare: Object.keys(compare.shape),
};

/** A policy file that passed. */
export type PolicyFile = z.infer<typeof policySchema>;

/** One route of it. */
export type PolicyRoute = z.infer<typeof route>;

/** What else a route asks. */
export type PolicyWhen = z.infer<typeof when>;
