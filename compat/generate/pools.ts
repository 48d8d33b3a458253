// The words that values are made of: pattern kinds, globs, regular expressions, templates, settings.

export const kinds = [
  ...["", "", "", "", "", "", "path:", "glob:", "re:", "relpath:", "rootfilesin:", "relglob:", "rootglob:"],
  ...["filepath:", "relre:", "set:", "listfile:", "include:", "nosuch:"],
] as const;
export const globs = [
  ...["**", "*", "*.txt", "**.txt", "dir/*", "*/*", "[a-m]*", "{a,b}*", "?", "src/**/er/*", "*.{o,c}", "dir/**"],
  ...["[!a]*", "*[", "{a", "\\*", ".*", "**/a", "", "é*", "[^b-]?", "a/../b*", "/a"],
] as const;
export const expressions = [
  ...[".*txt$", "a", "dir/", ".*[^a-z]", "(a|b)", "\\w+\\.o", ".{1,3}$", "é", "^a", "(?i)A", "[[:alpha:]]", "a{,2}"],
  ...["(?=a)", "\\bdir", "a\\Z", "(", "\\d+", "x*+", "(?:b|B)", "."],
] as const;
export const templates = [
  ...[
    "json",
    "{path}\\n",
    "{status} {path}\\n",
    "{rev}:{node|short} {desc|firstline}\\n",
    "{path|basename}\\n",
    "{flags}{size}",
  ],
  ...[
    "status",
    "compact",
    "changelog",
    "debug",
    "pickle",
    "cbor",
    "nosuch",
    "{",
    "{nosuch}",
    "{name}={value}\\n",
    "mytpl",
  ],
  ...["{reporoot}", "{files % '{file} '}\\n", "{ver}\\n", "\\t{abspath}\\0", ""],
] as const;

export const keysOf: Record<string, readonly [string, ...string[]]> = {
  status: [
    ...(["commands.status.relative=yes", "commands.status.relative=no", "commands.status.verbose=1"] as const),
    ...[
      "commands.status.terse=mu",
      "commands.status.skipstates=merge",
      "ui.statuscopies=yes",
      "ui.ignore=$W/repo/.hgignore",
    ],
    ...["ui.relative-paths=yes", "ui.relative-paths=legacy", "ui.slash=yes", "commands.status.relative=maybe"],
  ],
  cat: ["encode.**=cat", "decode.**=tr a b", "ui.relative-paths=yes"],
  config: ["sec.new=1", "ui.username=Me", "sec.a=\\n", "é.ü=ö"],
  paths: ["paths.default=/x", "paths.new=a/b", "paths.default:pushurl=y", "paths.new=https://u:p@h/"],
};
export const commonKeys = [
  ...[
    "ui.quiet=yes",
    "ui.verbose=yes",
    "ui.color=always",
    "ui.color=never",
    "color.status.modified=green",
    "ui.paginate=no",
  ],
  ...[
    "ui.tweakdefaults=yes",
    "ui.strict=yes",
    "ui.detailed-exit-code=yes",
    "ui.relative-paths=yes",
    "ui.formatted=yes",
  ],
  ...["alias.st=status -q", "defaults.status=-q", "hooks.pre-status=true", "extensions.rebase=", "extensions.nosuch="],
  ...["experimental.evolution=all", "experimental.evolution=", "experimental.directaccess=yes", "ui.timeout=3"],
  ...[
    "templates.t={rev}",
    "devel.all-warnings=yes",
    "ui.fallbackencoding=latin-1",
    "nosection",
    "a.b",
    ".x=1",
    "x=1",
    "ui.debug=yes",
  ],
  ...["diff.git=yes", "format.use-dirstate-v2=yes", "pager.pager=cat", "pager.attend-status=no", "ui.ignore=nosuch"],
] as [string, ...string[]];
