// Extensions as a dimension: a whole run with some of them enabled by the user's configuration, on both sides.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What people really have. A set is the text of a configuration; `$EXT` is a folder with our own extension in it. */
export const extensionSets: Readonly<Record<string, { about: string; settings: string }>> = {
  mozilla: {
    about: "what a developer of Firefox has, as far as Mercurial brings it along",
    settings: `[extensions]
absorb =
blackbox =
fsmonitor = !
histedit =
journal =
mq =
purge =
rebase =
share =
shelve =
show =
strip =
[diff]
git = yes
showfunc = yes
[rebase]
experimental.inmemory = yes
`,
  },
  heptapod: {
    about: "a forge of changesets that are rewritten: amend, absorb, fix, topics apart",
    settings: `[extensions]
absorb =
amend =
commitextras =
fix =
histedit =
rebase =
split =
uncommit =
[experimental]
evolution = all
[phases]
publish = no
`,
  },
  company: {
    about: "hooks, an extension of the company's own that wraps status and adds a command, and some that everybody has",
    settings: `[extensions]
churn =
corp = $EXT/corp.py
eol =
extdiff =
keyword =
patchbomb =
rebase =
schemes =
[extdiff]
cmd.vdiff = diff
[hooks]
pretxncommit.corp = true
pre-push.corp = true
[alias]
st = status
`,
  },
  setup: {
    about: "an extension of the company's own that changes each repository that is opened",
    settings: `[extensions]
rebase =
setup = $EXT/setup.py
`,
  },
};

/** An extension that puts a class of its own in front of the repository's. */
const perRepository = `# An extension as companies have them: what is committed here is checked, wherever there is a ticket file.
def reposetup(ui, repo):
    if not repo.local():
        return

    class corprepo(repo.__class__):
        def commit(self, *args, **opts):
            self.corpcheck()
            return super().commit(*args, **opts)

        def corpcheck(self):
            self.ui.debug(b'checked\\n')

    repo.__class__ = corprepo
    repo.corptickets = repo.wvfs.exists(b'.tickets')
    ui.setconfig(b'hooks', b'pretxncommit.corp', b'true', b'corp')
`;

/** The company's extension. */
const corporate = `# An extension as companies have them: a command, a keyword, and status with a line of its own.
from mercurial import commands, extensions, registrar

cmdtable = {}
command = registrar.command(cmdtable)
templatekeyword = registrar.templatekeyword()


@templatekeyword(b'ticket')
def ticket(context, mapping):
    return b'CORP-1'


@command(b'deploy', [(b'', b'stage', b'', b'where to')], b'', norepo=True)
def deploy(ui, **opts):
    ui.write(b'deployed\\n')


def status(orig, ui, repo, *pats, **opts):
    ui.write(b'corp\\n')
    return orig(ui, repo, *pats, **opts)


def push(orig, ui, repo, *args, **opts):
    return orig(ui, repo, *args, **opts)


def uisetup(ui):
    extensions.wrapcommand(commands.table, b'status', status)
    extensions.wrapcommand(commands.table, b'push', push)
`;

/** Reads `--extensions mq,eol` or `--extensions company`: the settings that a run adds, none where it is not given. */
export function extensionSettings(text: string | undefined): string {
  if (text === undefined) return "";
  const set = extensionSets[text];
  if (set !== undefined) return set.settings;
  const names = text.split(",").filter(Boolean);
  const wrong = names.filter((name) => !/^[a-z][a-z0-9]*$/.test(name));
  if (wrong.length > 0 || names.length === 0) {
    const sets = Object.keys(extensionSets).join(", ");
    throw new Error(`--extensions: names of extensions with commas between them, or one of ${sets}; not ${text}`);
  }
  return `[extensions]\n${names.map((name) => `${name} =\n`).join("")}`;
}

/** The settings with our own extension put into `folder`. */
export function placeExtensions(settings: string, folder: string): string {
  if (!settings.includes("$EXT")) return settings;
  writeFileSync(join(folder, "corp.py"), corporate);
  writeFileSync(join(folder, "setup.py"), perRepository);
  return settings.replaceAll("$EXT", folder);
}
