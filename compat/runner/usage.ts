// What the runner prints for --help.
import { extensionSets } from "./extensions.ts";
import { fillInNames } from "./fill-ins.ts";
import { variants } from "./variants.ts";

const variantLines = Object.entries(variants).map(
  ([name, { about, values }]) =>
    `                      ${name.padEnd(9)} ${about}: ${values.map((value) => value.name).join(", ")}`,
);
const setLines = Object.entries(extensionSets).map(
  ([name, { about }]) => `                      ${name.padEnd(9)} ${about}`,
);
const fillInLines = Object.entries(fillInNames).map(([name, about]) => `  ${`\${${name}}`.padEnd(12)} ${about}`);

export const usage = `usage: amalgam parity run [OPTIONS]
       amalgam parity merge [OPTIONS] REPORT...
       amalgam parity check [OPTIONS]

Runs command lines on the installed Mercurial (the reference) and on amalgam (the subject), or on any two programs,
and compares every byte: stdout, stderr, exit code, and the repository and working copy afterwards.

  run     compare (also without the word, as npm run compat -- OPTIONS)
  merge   make one report of the JSON reports of a run's shards
  check   read the case files and the ledger, and run nothing

Where and what:
  --repository PATH   on this repository instead of the built-in ones; may be repeated. It is copied, and the
                      original is only read. With it, legacy is calibrated first and all of the chosen cases run
  --user-config       with your own environment, hgrc and extensions in force (otherwise none of them is)
  --cases PATH        a case file or a folder of them (default: compat/cases, or compat/general for --repository)
  --recorded FILE     lines that AMALGAM_RECORD=FILE kept while people worked in the --repository, each once (instead of
                      compat/general; beside --cases where that is given)
  --ledger PATH       known differences: a file or a folder (default: ours, for our lines)
  --variants A,B      run each chosen case also with another environment:
${variantLines.join("\n")}
  --extensions A,B    with these extensions enabled on both sides (with --generate, half of the repositories have been
                      used with one of them), or with one of the sets:
${setLines.join("\n")}
  --filter TEXT       only cases whose id contains TEXT (=ID: exactly this case); may be repeated
  --retest REPORT     only what failed in this JSON report
  --shard I/N         only the I-th of N parts; merge puts their reports together
  --tier quick|full   quick (default): a fixed sample of our cases, fewer by the TypeScript front end; full: all
                      (--filter alone runs all that fit)
  --generate N        N random command lines on random repositories instead of the cases
  --repositories M    for --generate: on M of them (default: one for each 100 lines)
  --seed S            for --generate (default: random, and printed)
  --shrink K          for --generate: make K unlike differences small, and write a script, a fixture and a case for
                      each to the folder of --scripts (default 5, to .cache/compat/reproducers)
  --list              print the ids of the chosen cases and stop

Who:
  --legacy PATH       the reference (default: AMALGAM_LEGACY_HG, .venv/bin/hg, hg on PATH)
  --subject PATH      the program under test (default: bin/hg and, on a sample, bin/amalgam)
  --transport WAY     warm or exec: have legacy answer every command through the launcher, by a command server or by
                      exec, and compare that with legacy itself, which is started anew for each case

How:
  --calibrate         ask the reference twice first: what it answers differently is named as nondeterministic
  --no-calibrate      do not, although there is a --repository
  --jobs N            runs at once (default: number of processors)
  --timeout SECONDS   end a program that takes longer (default 120)
  --work FOLDER       where copies are made (default: the system's temporary folder; on the file system of a
                      large repository a copy may share its blocks)
  --bail              stop at the first failure
  --native-only       leave out the runs that fall back, which only start the reference again
  --fresh             forget kept answers of the reference

Reports (run and merge):
  --json FILE         everything, for --retest and merge
  --junit FILE        JUnit XML
  --html FILE         a page to look at: filters, and both answers side by side
  --github            annotations for GitHub Actions (by itself where GITHUB_ACTIONS=true)
  --scripts FOLDER    a reproducing shell script per failure
  --max-failures N    show at most N failures (default 40)
  --prove             enter what passed and failed into compat/proven.json, from which native's table of proven
                      releases is made (needs a build afterwards)
  --record            keep the figures in compat/results, from which amalgam plan writes (whole runs of ours)

Fill-ins for case lines, which stand for what a --repository holds (a line per value):
${fillInLines.join("\n")}

Exit codes: 0 identical, 1 a difference (or a stale entry of the ledger), 2 a mistake in usage or in a file.

Examples:
  amalgam parity run --repository .
  amalgam parity run --repository . --user-config --variants plain,locale --html parity.html
  amalgam parity run --legacy /opt/hg-7.2/bin/hg --subject /opt/hg-7.3/bin/hg --filter status/
  amalgam parity run --tier full --shard 1/4 --json parity-1.json
  amalgam parity merge parity-*.json --junit parity.xml`;
