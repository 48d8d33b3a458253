// The environment of a run: nothing of the caller's comes through except what the case names, or, where the user's
// own configuration is wanted, everything.

/** Variables that every run starts from. `world` is the folder of the fixture, `rc` the user configuration. */
export function processEnvironment(world: string, rc: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: `${world}/home`,
    HGRCPATH: rc,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    TERM: "xterm",
    USER: "tester",
    LOGNAME: "tester",
    COLUMNS: "80",
    HGEDITOR: "false",
  };
}

/** Makes the environment of a run from the folder of the fixture and the user configuration file. */
export type EnvironmentOf = (world: string, rc: string) => Record<string, string>;

/** The caller's own environment and configuration; only what steers amalgam or the layout of answers is set. */
export function userEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !/^(?:AMALGAM_|CHG|HGPLAIN|NODE_)/.test(pair[0]),
  );
  return { ...Object.fromEntries(own), TERM: "xterm", COLUMNS: "80", HGEDITOR: "false" };
}

/** `base` with the changes of a case; `$W` in a value stands for the folder of the fixture. */
export function withChanges(
  base: Record<string, string>,
  changes: Record<string, string | null>,
  world: string,
): Record<string, string> {
  const result = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete result[name];
    else result[name] = value.replaceAll("$W", world);
  }
  return result;
}
