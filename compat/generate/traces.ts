// What extensions leave in the repositories of people who use them, so that a run with extensions meets their state as
// well as repositories that know nothing of them; and the words that they bring to command lines.
import { bytesOf } from "./bytes.ts";
import type { Draft } from "./draft.ts";

interface Trace {
  /** Shell text, of which one is run where the repository is made. */
  steps?: readonly [string, ...string[]];
  /** Settings of the repository, of which one group is there. */
  settings?: readonly [readonly string[], ...(readonly string[])[]];
  /** Options of commands of Mercurial's. */
  options?: readonly string[];
  revisions?: readonly string[];
  templates?: readonly string[];
}

const date = "-d '1600000000 0'";

/** hg with an extension. */
const hg = (name: string): string => `hg --config extensions.${name}=`;
/** Topics come with evolve. */
const topic = 'hg --config extensions.topic="$(dirname "$(dirname "$EVOLVE")")/topic/__init__.py"';

const traces: Readonly<Record<string, Trace>> = {
  automv: { options: ["--no-automv"] },
  beautifygraph: { options: ["--graph"], templates: ["{graphnode}\\n"] },
  blackbox: { steps: ["echo old > .hg/blackbox.log"], settings: [["[blackbox]", "track = *"]] },
  bookflow: { settings: [["[bookflow]", "protect = @"]] },
  commitextras: {
    steps: [`${hg("commitextras")} commit -q ${date} --config ui.allowemptycommit=yes -m extra --extra k=v`],
  },
  convert: {
    steps: [
      `${hg("commitextras")} commit -q ${date} --config ui.allowemptycommit=yes -m svn --extra convert_revision=svn:0123/trunk@7`,
    ],
    revisions: ["converted()"],
    templates: ["{svnrev} {svnpath} {svnuuid}\\n"],
  },
  eol: {
    steps: [
      `printf '[patterns]\\n**.txt = native\\n' > .hgeol; printf 'a\\r\\nb\\r\\n' > crlf.txt`,
      `printf '[patterns]\\n** = CRLF\\n[repository]\\nnative = CRLF\\n' > .hgeol; hg add -q .hgeol; commit -m eol`,
    ],
    settings: [["[eol]", "only-consistent = no"]],
  },
  fastannotate: { settings: [["[fastannotate]", "mainbranch = default"]] },
  fsmonitor: { steps: ["printf x > .hg/fsmonitor.state"] },
  gpg: { steps: ["echo 0000 0 x > .hgsigs; hg add -q .hgsigs; commit -m signed"] },
  histedit: { revisions: ["histedit()"], steps: ["echo v1 > .hg/histedit-state"] },
  journal: { steps: [`${hg("journal")} bookmark -q noted`] },
  keyword: {
    steps: ["printf '$Id$ $Author$\\n' > key.txt; hg add -q key.txt; commit -m keyword"],
    settings: [
      ["[keyword]", "**.txt ="],
      ["[keyword]", "** = ignore"],
      ["[keywordset]", "svn = yes"],
    ],
  },
  largefiles: {
    steps: [`echo big > big; ${hg("largefiles")} add -q --large big; ${hg("largefiles")} commit -q ${date} -m large`],
    options: ["--large"],
  },
  lfs: {
    steps: [
      `seq 100 > stored; hg add -q stored; ${hg("lfs")} --config 'lfs.track=all()' commit -q ${date} -m stored`,
      "printf '[track]\\n** = size(\">1\")\\n' > .hglfs",
    ],
    revisions: ["file('set:lfs()')"],
    templates: ["{lfs_files}\\n"],
  },
  mq: {
    steps: [
      `${hg("mq")} qnew -q ${date} -m patch p1`,
      `${hg("mq")} qnew -q ${date} -m patch p1; ${hg("mq")} qpop -q -a`,
      `${hg("mq")} qinit -c; ${hg("mq")} qnew -q ${date} -m patch p1`,
      `${hg("mq")} qqueue -q -c other`,
      "mkdir .hg/patches; touch .hg/patches/status",
    ],
    options: ["--mq"],
    revisions: ["mq()", "qtip", "qbase", "qparent", "p1"],
    templates: ["{mqpatches} {tags}\\n"],
  },
  narrow: { options: ["--narrow"], settings: [["[experimental]", "narrow = yes"]] },
  patchbomb: {
    steps: ["true"],
    settings: [
      ["[patchbomb]", "publicurl = https://example.org/r"],
      ["[patchbomb]", "from = a@b"],
    ],
  },
  phabricator: {
    steps: [`printf '{"phabricator.uri": "https://p.example.org/", "repository.callsign": "X"}' > .arcconfig`],
    templates: ["{phabreview}{phabstatus}\\n"],
  },
  rebase: { revisions: ["_destrebase()", "rebase()"], templates: ["{extras % '{key} '}\\n"] },
  remotenames: {
    steps: [
      `hg clone -q . ../origin; ${hg("remotenames")} --config paths.default=../origin pull -q`,
      `hg clone -q . ../origin; hg -R ../origin bookmark -q -r 0 far; ${hg("remotenames")} pull -q ../origin`,
    ],
    revisions: ["remotenames()", "remotebranches()", "remotebookmarks()"],
    templates: ["{remotenames} {remotebookmarks} {remotebranches}\\n"],
  },
  schemes: { settings: [["[schemes]", "co = https://example.org/{1}/", "[paths]", "far = co://a/b"]] },
  share: { steps: ["true"] },
  sparse: {
    steps: [
      `${hg("sparse")} debugsparse -q --exclude dir`,
      `${hg("sparse")} debugsparse -q --include dir --include 're:.*[a-m]$' --exclude 'relglob:*.txt'; mkdir -p other; echo u > other/left; echo u > dir/left`,
      `printf '[include]\\n*\\n[exclude]\\n**/*a*\\n' > .profile; hg add -q .profile; commit -m profile; ${hg("sparse")} debugsparse -q --enable-profile .profile; hg update -q .^`,
      `${hg("sparse")} debugsparse -q --include 'glob:*/*'; printf '[include]\\npath:dir\\n' > .hg/sparse`,
      "printf '[exclude]\\ndir\\n' > .hg/sparse",
    ],
    options: ["--sparse"],
  },
  topic: {
    steps: [
      `${topic} topics -q subject`,
      `${topic} topics -q subject; echo t > t; hg add -q t; ${topic} commit -q ${date} -m topic`,
      "echo subject > .hg/topic",
    ],
    options: ["--topic", "-t"],
    revisions: ["topic()", "t0", "s1", "stack()"],
    templates: ["{topic} {topicidx}\\n"],
  },
  transplant: {
    steps: ["mkdir .hg/transplant; echo x > .hg/transplant/journal"],
    revisions: ["transplanted()"],
    templates: ["{transplanted}\\n"],
  },
};

/** Names of the extensions that settings enable. */
export function enabledExtensions(settings: string): string[] {
  const section = /^\[extensions\]\n((?:[^[].*\n)*)/m.exec(settings)?.[1] ?? "";
  return [...section.matchAll(/^(\w+) =(?! *!)/gm)].map((match) => match[1] ?? "");
}

/** Half of the repositories know of one extension, or of two. */
export function leaveTraces(draft: Draft, enabled: readonly string[]): void {
  const known = draft.random.shuffled(enabled.filter((name) => name in traces));
  if (known.length === 0 || draft.random.percent(50)) return;
  for (const name of known.slice(0, 1 + draft.random.below(2))) {
    const { steps, settings } = traces[name] ?? {};
    if (steps !== undefined) draft.attempt(draft.random.pick(steps));
    if (settings !== undefined && draft.random.percent(60)) {
      draft.settings(...draft.random.pick(settings).map((line) => bytesOf(line)));
    }
  }
}

/** What can stand in a command line because of the enabled extensions: all words of one kind. */
export function extensionWords(enabled: readonly string[], kind: "options" | "revisions" | "templates"): string[] {
  return enabled.flatMap((name) => [...(traces[name]?.[kind] ?? [])]);
}
