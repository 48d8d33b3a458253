// The environment as a dimension: each chosen case also runs once per value of each chosen variant.
import type { Case } from "./cases.ts";

interface Value {
  /** Ends the id of the case, in brackets. */
  name: string;
  env: Record<string, string>;
  umask?: string;
}

export const variants: Readonly<Record<string, { about: string; values: readonly Value[] }>> = {
  plain: { about: "HGPLAIN", values: [{ name: "HGPLAIN=1", env: { HGPLAIN: "1" } }] },
  locale: {
    about: "LC_ALL and LANGUAGE",
    values: [
      { name: "LC_ALL=C", env: { LC_ALL: "C", LANG: "C" } },
      { name: "LANGUAGE=de", env: { LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8", LANGUAGE: "de" } },
    ],
  },
  tz: {
    about: "TZ",
    values: [
      { name: "TZ=Asia/Kathmandu", env: { TZ: "Asia/Kathmandu" } },
      { name: "TZ=America/St_Johns", env: { TZ: "America/St_Johns" } },
    ],
  },
  encoding: {
    about: "HGENCODING",
    values: [
      { name: "HGENCODING=latin-1", env: { HGENCODING: "latin-1" } },
      { name: "HGENCODING=ascii", env: { HGENCODING: "ascii" } },
    ],
  },
  umask: {
    about: "umask",
    values: [
      { name: "umask=077", env: {}, umask: "077" },
      { name: "umask=002", env: {}, umask: "002" },
    ],
  },
};

/** Reads `--variants a,b`; throws a plain message with what there is. */
export function readVariants(text: string | undefined): string[] {
  const names = (text ?? "").split(",").filter(Boolean);
  const unknown = names.filter((name) => !(name in variants));
  if (unknown.length === 0) return names;
  throw new Error(`--variants: no variant ${unknown.join(", ")}; there are ${Object.keys(variants).join(", ")}`);
}

/** The case as it is, and once per value; a value of a variable that the case itself sets is left out. */
export function withVariants(one: Case, names: readonly string[]): Case[] {
  const values = names.flatMap((name) => variants[name]?.values ?? []);
  return [
    one,
    ...values
      .filter(({ env }) => !Object.keys(env).some((variable) => variable in one.env))
      .map(
        (value): Case => ({
          ...one,
          id: `${one.id} [${value.name}]`,
          env: { ...one.env, ...value.env },
          umask: value.umask,
          // What has to be native is said of the usual environment.
          native: one.native === "required" ? "allowed" : one.native,
        }),
      ),
  ];
}

const suffixes = Object.values(variants).flatMap(({ values }) => values.map(({ name }) => ` [${name}]`));

/** The id of the case that a variant was made from. */
export function baseId(id: string): string {
  const suffix = suffixes.find((text) => id.endsWith(text));
  return suffix === undefined ? id : id.slice(0, -suffix.length);
}

const environments = new Set([
  "{}",
  ...Object.values(variants).flatMap(({ values }) => values.map(({ env }) => JSON.stringify(env))),
]);

/** Whether an environment is the usual one or that of a variant, so that many cases have it. */
export function isVariantEnvironment(env: Case["env"]): boolean {
  return environments.has(JSON.stringify(env));
}
