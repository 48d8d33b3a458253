//! What was reviewed and found harmless: names of legacy's that no native command, or only some, stand for, and what
//! bundled extensions do in which condition. Whatever is not here can change every command.
//!
//! Each entry was reviewed in the source of the releases in [`RELEASES`], and the parity suite runs with each bundled
//! extension (`npm run compat -- --extensions all`).

use Reach::{AllBut, Entering, Nothing, Only};
use amalgam_commands::Part;

/// What a change can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// No native command.
    Nothing,
    /// These commands.
    Only(&'static [&'static str]),
    /// Every command but these.
    AllBut(&'static [&'static str]),
    /// Lines that enter this part of legacy.
    Entering(Part),
}

/// A reviewed change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reviewed {
    /// The kind of finding.
    pub(crate) kind: &'static str,
    /// What was changed; a final `*` stands for any end.
    pub(crate) what: &'static str,
    pub(crate) reach: Reach,
    /// It reaches that only where one of these is in the repository's `.hg`; empty for everywhere.
    pub(crate) only_with: &'static [&'static str],
    /// Why.
    pub(crate) why: &'static str,
    /// Also where the change cannot be told to be this extension's: what it puts there is made by Mercurial's own code.
    pub(crate) unowned: bool,
}

impl Reviewed {
    const fn name(what: &'static str, why: &'static str) -> Reviewed {
        Reviewed { kind: "change", what, reach: Reach::Nothing, only_with: &[], why, unowned: false }
    }

    const fn new(kind: &'static str, what: &'static str, reach: Reach, why: &'static str) -> Reviewed {
        Reviewed { kind, what, reach, only_with: &[], why, unowned: false }
    }

    const fn with(mut self, only_with: &'static [&'static str]) -> Reviewed {
        self.only_with = only_with;
        self
    }

    const fn unowned(mut self) -> Reviewed {
        self.unowned = true;
        self
    }

    /// What it is about without the star.
    fn stem(&self) -> &'static str {
        self.what.strip_suffix('*').unwrap_or(self.what)
    }

    /// Whether this is about `what`.
    pub(crate) fn fits(&self, kind: &str, what: &str) -> bool {
        self.kind == kind
            && match self.what.strip_suffix('*') {
                Some(start) => what.starts_with(start),
                None => self.what == what,
            }
    }
}

/// Releases of Mercurial whose bundled extensions were reviewed, as they begin.
pub(crate) const RELEASES: &[&str] = &["7.2."];

/// Names that legacy only uses where it writes, talks to others, serves or helps; whoever changes them, no native
/// command is another.
///
/// Sorted, and no entry speaks of what another with a star does: [`name`] rests on both.
const NAMES: &[Reviewed] = &[
    Reviewed::name("mercurial.archival.*", "archive"),
    Reviewed::name("mercurial.bookmarks.addbookmarks", "bookmarks that are set"),
    Reviewed::name("mercurial.bookmarks.bmstore._write", "bookmarks that are set"),
    Reviewed::name("mercurial.bookmarks.update", "bookmarks that move with an update"),
    Reviewed::name("mercurial.bundle2.*", "exchange"),
    Reviewed::name("mercurial.bundlecaches.*", "exchange"),
    Reviewed::name("mercurial.changegroup.*", "exchange"),
    Reviewed::name("mercurial.cmd_impls.clone.*", "clone"),
    Reviewed::name("mercurial.cmd_impls.outgoing.*", "outgoing"),
    Reviewed::name("mercurial.cmdutil.add", "add"),
    Reviewed::name("mercurial.cmdutil.amend", "commit --amend"),
    Reviewed::name("mercurial.cmdutil.commit", "commit"),
    Reviewed::name("mercurial.cmdutil.copy", "copy and rename"),
    Reviewed::name("mercurial.cmdutil.dorecord", "interactive commits"),
    Reviewed::new("change", "mercurial.cmdutil.extraexport.", Only(&["export"]), "headers of export"),
    Reviewed::name("mercurial.cmdutil.forget", "forget"),
    Reviewed::name("mercurial.cmdutil.postcommitstatus", "commit"),
    Reviewed::name("mercurial.cmdutil.remove", "remove"),
    Reviewed::name("mercurial.cmdutil.revert", "revert"),
    Reviewed::name("mercurial.cmdutil.summaryremotehooks._hooks.", "summary --remote, which legacy answers"),
    Reviewed::name("mercurial.cmdutil.tryimportone", "import"),
    Reviewed::name("mercurial.discovery.*", "exchange"),
    Reviewed::name("mercurial.exchange.*", "exchange"),
    Reviewed::name("mercurial.filemerge.*", "merge tools"),
    Reviewed::new("change", "mercurial.graphmod.*", Entering(Part::Graph), "graphs"),
    Reviewed::name("mercurial.help.*", "help, which legacy prints"),
    Reviewed::name("mercurial.hg.clean", "update --clean"),
    Reviewed::name("mercurial.hgweb.*", "the web server"),
    Reviewed::name("mercurial.i18n._msgcache*", "messages that were translated already"),
    Reviewed::name("mercurial.localrepo.localpeer.*", "other repositories"),
    Reviewed::name("mercurial.localrepo.localrepository._buildcacheupdater", "transactions"),
    Reviewed::name("mercurial.localrepo.localrepository._rollback", "rollback"),
    Reviewed::name("mercurial.localrepo.localrepository._wlockfreeprefix[*", "files written without a lock"),
    Reviewed::name("mercurial.localrepo.localrepository._writejournal", "transactions"),
    Reviewed::name("mercurial.localrepo.localrepository.checkcommitpatterns", "commit"),
    Reviewed::name("mercurial.localrepo.localrepository.checkpush", "push"),
    Reviewed::name("mercurial.localrepo.localrepository.commit", "commit"),
    Reviewed::name("mercurial.localrepo.localrepository.commitctx", "commit"),
    Reviewed::name("mercurial.localrepo.localrepository.debugwireargs", "other repositories"),
    Reviewed::name("mercurial.localrepo.localrepository.destroyed", "strip and rollback"),
    Reviewed::name("mercurial.localrepo.localrepository.destroying", "strip and rollback"),
    Reviewed::name(
        "mercurial.localrepo.localrepository.hook",
        "hooks of what writes; those of commands are looked at by themselves",
    ),
    Reviewed::name("mercurial.localrepo.localrepository.known", "other repositories"),
    Reviewed::name("mercurial.localrepo.localrepository.listkeys", "other repositories"),
    Reviewed::name("mercurial.localrepo.localrepository.peer", "other repositories"),
    Reviewed::name("mercurial.localrepo.localrepository.prepushoutgoinghooks*", "push"),
    Reviewed::name("mercurial.localrepo.localrepository.publishing", "exchange"),
    Reviewed::name("mercurial.localrepo.localrepository.pushkey", "other repositories"),
    Reviewed::name("mercurial.localrepo.localrepository.recover", "recover"),
    Reviewed::name("mercurial.localrepo.localrepository.register_changeset", "commit"),
    Reviewed::name("mercurial.localrepo.localrepository.rollback", "rollback"),
    Reviewed::name("mercurial.localrepo.localrepository.savecommitmessage", "commit"),
    Reviewed::name("mercurial.localrepo.localrepository.transaction", "transactions"),
    Reviewed::name("mercurial.localrepo.localrepository.undofiles", "rollback"),
    Reviewed::name("mercurial.localrepo.localrepository.updatecaches", "transactions"),
    Reviewed::name("mercurial.merge.MAYBE_USE_RUST_UPDATE", "update"),
    Reviewed::name("mercurial.merge._update", "update and merge"),
    Reviewed::name("mercurial.merge.calculateupdates", "update and merge"),
    Reviewed::new("change", "mercurial.obsutil.METABLACKLIST.", AllBut(&["root", "version"]), "rewritten changesets")
        .with(MARKERS),
    Reviewed::name("mercurial.patch.patchfile.__init__", "import"),
    Reviewed::name("mercurial.pushkey.*", "exchange"),
    Reviewed::name("mercurial.repair.*", "strip"),
    Reviewed::name("mercurial.repo.factory.wirepeersetupfuncs.", "other repositories"),
    Reviewed::name("mercurial.scmutil.addremove", "addremove"),
    Reviewed::name("mercurial.scmutil.bail_if_changed", "commands that need a clean working copy"),
    Reviewed::name("mercurial.scmutil.marktouched", "import and addremove"),
    Reviewed::name("mercurial.scmutil.wrapconvertsink", "convert"),
    // Only with the requirement: there the working copy is read as the rules say, and `beside` wants the extension.
    Reviewed::name("mercurial.sparse.enabled", "a requirement"),
    Reviewed::name("mercurial.thirdparty.attr._make._CountingAttr.cls_counter", "a counter"),
    Reviewed::name("mercurial.upgrade_utils.*", "debugupgraderepo"),
    Reviewed::name("mercurial.url.*", "other repositories"),
    Reviewed::name("mercurial.wireprotoserver.*", "serving"),
    Reviewed::name("mercurial.wireprototypes.*", "exchange"),
    Reviewed::name("mercurial.wireprotov1peer.*", "other repositories"),
    Reviewed::name("mercurial.wireprotov1server.*", "serving"),
];

/// The entry of [`NAMES`] about `what`.
pub(crate) fn name(what: &str) -> Option<&'static Reviewed> {
    // Whatever sorts between a start and what begins with it begins with it too.
    let at = NAMES.partition_point(|entry| entry.stem() <= what);
    NAMES[..at].last().filter(|entry| entry.fits("change", what))
}

/// What a bundled extension does, by the extension. A finding that several entries fit reaches what any of them says.
pub(crate) const BUNDLED: &[(&str, &[Reviewed])] = &[
    (
        "beautifygraph",
        &[Reviewed::new("change", "mercurial.templateutil.get_graph_node", Entering(Part::Graph), "{graphnode}")],
    ),
    (
        "blackbox",
        &[
            // A native answer writes its lines.
            Reviewed::new("hook", "reposetup", Nothing, "a log, and a file that may be written without a lock"),
            Reviewed::new("hook", "uipopulate", Nothing, "a log"),
            Reviewed::new("change", "ui._loggers[blackbox]", Nothing, "a log").unowned(),
        ],
    ),
    ("bookflow", &[Reviewed::new("command", "branch", Nothing, "refuses to set a branch; showing passes")]),
    ("clonebundles", &[Reviewed::new("hook", "reposetup", Nothing, "adds to transactions, and a lock")]),
    (
        "eol",
        &[
            Reviewed::new("hook", "reposetup", AllBut(&["version"]), "filters files as .hgeol says, notes it in .hg")
                .with(&["../.hgeol"]),
            Reviewed::new("hook", "reposetup", Only(&["config"]), "sets patch.eol"),
            Reviewed::new("setting-set", "hooks.preupdate.eol", Only(&["config"]), "a hook of update"),
        ],
    ),
    (
        "fastannotate",
        &[Reviewed::new("hook", "reposetup", AllBut(&["root", "version"]), "a client").with(&["[fastannotate]"])],
    ),
    (
        "fsmonitor",
        &[
            // Where the working copy is looked at, `beside` has legacy answer.
            Reviewed::new("hook", "reposetup", Only(&["grep"]), "looks at the files"),
            Reviewed::new("change", "mercurial.localrepo.localrepository.dirstate.func", Only(&["grep"]), "the same"),
            Reviewed::new("change", "mercurial.merge._fs_monitor_loaded", Nothing, "update").unowned(),
        ],
    ),
    (
        "histedit",
        &[
            Reviewed::new("change", SUMMARY_HOOKS, Only(&["summary"]), "an edit under way").with(&["histedit-state"]),
            Reviewed::new("change", STATES, Only(&["summary"]), "an edit under way").with(&["histedit-state"]),
        ],
    ),
    (
        "journal",
        &[
            Reviewed::new("hook", "reposetup", Nothing, "records changes of names"),
            Reviewed::new("change", "mercurial.dispatch.runcommand", Nothing, "remembers the command line"),
            Reviewed::new(
                "change",
                "mercurial.localrepo.localrepository.dirstate.func",
                Nothing,
                "records new parents",
            ),
        ],
    ),
    (
        "keyword",
        &[
            Reviewed::new("hook", "reposetup", AllBut(NO_CONTENT), "expands in the files named").with(&["[keyword]"]),
            Reviewed::new("change", "mercurial.context.filectx.cmp", AllBut(NO_CONTENT), "").with(&["[keyword]"]),
            Reviewed::new("change", "mercurial.patch.diff", AllBut(NO_CONTENT), "").with(&["[keyword]"]),
            Reviewed::new("change", "mercurial.dispatch._parse", Nothing, "remembers which command runs"),
        ],
    ),
    (
        "largefiles",
        &[
            Reviewed::new("hook", "reposetup", AllBut(NO_FILES), "files stored elsewhere").with(LARGE),
            Reviewed::new("hook", "reposetup", Only(&["config"]), "sets hooks of its own"),
            Reviewed::new("change", "*", AllBut(NO_FILES), "files stored elsewhere").with(LARGE),
            Reviewed::new("command", "*", AllBut(NO_FILES), "files stored elsewhere").with(LARGE),
            Reviewed::new("command", "cat", Only(&["cat"]), "prints files itself, without templates"),
        ],
    ),
    (
        "lfs",
        &[
            // Without the requirement, on which native falls back, no file is stored elsewhere.
            Reviewed::new("hook", "reposetup", Only(&["config"]), "sets a hook of its own"),
            Reviewed::new(
                "change",
                "mercurial.cmdutil._updatecatformatter",
                Only(&["cat"]),
                "one more field of cat -T",
            ),
            Reviewed::new("change", "mercurial.context.basefilectx.*", Nothing, "only of files stored elsewhere"),
            Reviewed::new("change", "mercurial.filelog.filelog.*", Nothing, "only of files stored elsewhere"),
            Reviewed::new(
                "change",
                "mercurial.repo.requirements.feature_setup_funcs[function]",
                Nothing,
                "a requirement",
            ),
            Reviewed::new("change", "mercurial.repo.vfs_options.resolve_revlog_store_vfs_options", Nothing, "a flag"),
            Reviewed::new("change", "mercurial.revlog._verify_revision", Nothing, "verify"),
            Reviewed::new(
                "change",
                "mercurial.scmutil.fileprefetchhooks._hooks.",
                Nothing,
                "only of files stored elsewhere",
            ),
            Reviewed::new("change", "mercurial.vfs.readonlyvfs.__init__", Nothing, "passes options on"),
        ],
    ),
    (
        "mq",
        &[
            Reviewed::new("hook", "reposetup", AllBut(&["root", "version"]), "patches are tags").with(PATCHES),
            Reviewed::new("command", "*", AllBut(&["root", "version"]), "--mq is another repository").with(PATCHES),
            Reviewed::new("change", SUMMARY_HOOKS, Only(&["summary"]), "patches").with(PATCHES),
        ],
    ),
    (
        "narrow",
        &[
            // With the requirement it also guards what is written to the dirstate and wraps peers.
            Reviewed::new("hook", "reposetup", Only(&["config"]), "sets experimental.narrow"),
            Reviewed::new(
                "change",
                "mercurial.repo.requirements.feature_setup_funcs[function]",
                Nothing,
                "a requirement",
            ),
            Reviewed::new("change", "mercurial.tables.bundle2_part_handler_mapping[*", Nothing, "exchange"),
        ],
    ),
    (
        "pager",
        // In front of a terminal, `beside` has legacy answer.
        &[Reviewed::new("change", "mercurial.dispatch._runcommand", Only(&["config"]), "decides what is paged")],
    ),
    (
        "patchbomb",
        &[
            Reviewed::new("hook", "reposetup", Nothing, "a file that may be written without a lock"),
            Reviewed::new("change", "mercurial.cmdutil.extraexportmap[pullurl]", Only(&["export"]), "a header"),
        ],
    ),
    (
        "phabricator",
        &[Reviewed::new("change", "mercurial.localrepo.loadhgrc", AllBut(&["version"]), "settings of .arcconfig")
            .with(&["../.arcconfig"])],
    ),
    (
        "rebase",
        &[
            Reviewed::new("change", SUMMARY_HOOKS, Only(&["summary"]), "a rebase under way").with(&["rebasestate"]),
            Reviewed::new("change", STATES, Only(&["summary"]), "a rebase under way").with(&["rebasestate"]),
        ],
    ),
    (
        "remotenames",
        &[
            Reviewed::new("hook", "reposetup", AllBut(&["root", "version"]), "names of others").with(&["logexchange"]),
            // Of the kinds of names that there are none of `Repository::expect_other_names` takes care.
            Reviewed::new("hook", "reposetup", Only(&["config"]), "kinds of names, if none of them"),
            Reviewed::new(
                "change",
                "mercurial.bookmarks._printbookmarks",
                Only(&["bookmarks"]),
                "lists those of others",
            ),
        ],
    ),
    (
        "schemes",
        &[
            Reviewed::new("change", "mercurial.repo.factory.peer_schemes[*", Only(&["paths"]), "kinds of URL"),
            Reviewed::new("change", "mercurial.utils.urlutil.hasdriveletter", Only(&["paths"]), "kinds of URL"),
        ],
    ),
    (
        "share",
        &[
            Reviewed::new(
                "change",
                "mercurial.bookmarks._getbkfile",
                AllBut(&["root", "version"]),
                "the source's bookmarks",
            )
            .with(&["shared"]),
            Reviewed::new("change", "mercurial.bookmarks.bmstore._recordchange", Nothing, "bookmarks that are set"),
            Reviewed::new("change", "mercurial.bookmarks.bmstore._writerepo", Nothing, "bookmarks that are set"),
        ],
    ),
    ("sparse", &[Reviewed::new("change", "mercurial.logcmdutil._initialrevs", Nothing, "log --sparse alone")]),
    (
        "transplant",
        &[Reviewed::new("change", STATES, Only(&["summary"]), "one under way").with(&["transplant/journal"])],
    ),
    (
        "zeroconf",
        &[
            Reviewed::new("change", "mercurial.dispatch._runcommand", Nothing, "ends its server"),
            Reviewed::new(
                "change",
                "mercurial.ui.ui.config*",
                Only(&["config", "paths"]),
                "paths that others announce",
            ),
        ],
    ),
];

/// What extensions from elsewhere do, by name and version.
pub(crate) const VERSIONED: &[(&str, &str, &[Reviewed])] = &[
    (
        "evolve",
        "12.0.0",
        &[
            Reviewed::new("hook", "reposetup", AllBut(&["root", "version"]), "rewritten changesets").with(MARKERS),
            Reviewed::new("hook", "reposetup", Only(&["config"]), "sets experimental.evolution"),
            Reviewed::new("revset", "successors", AllBut(&["root", "version"]), "rewritten changesets").with(MARKERS),
            Reviewed::new("command", "parents", Only(&["parents"]), "warns of rewritten changesets").with(MARKERS),
            Reviewed::new(
                "change",
                "mercurial.localrepo.localrepository.obsstore.func",
                AllBut(&["root", "version"]),
                "",
            )
            .with(MARKERS),
            Reviewed::new("change", "mercurial.obsolete.*", AllBut(&["root", "version"]), "").with(MARKERS),
            Reviewed::new("change", "mercurial.obsutil.*", AllBut(&["root", "version"]), "").with(MARKERS),
            Reviewed::new("change", SUMMARY_HOOKS, Only(&["summary"]), "evolve under way").with(&["evolvestate"]),
            Reviewed::new("change", STATES, Only(&["summary"]), "one under way").with(&[
                "evolvestate",
                "fixup-state",
                "pickstate",
            ]),
        ],
    ),
    // Of topics themselves, and of the names that it adds, `Repository::expect_topics` takes care.
    (
        "topic",
        "2.0.0",
        &[
            Reviewed::new("hook", "reposetup", AllBut(&["root", "version"]), "a file to be removed").with(NAMESPACE),
            Reviewed::new("hook", "reposetup", Only(&["config", "summary"]), "settings, and lines of its own"),
            Reviewed::new("change", "*", AllBut(&["root", "version"]), "a file to be removed").with(NAMESPACE),
            Reviewed::new("change", SUMMARY_HOOKS, Only(&["summary"]), "lines of its own"),
            Reviewed::new("command", "summary", Only(&["summary"]), "lines of its own"),
            Reviewed::new("command", "sum", Only(&["summary"]), "lines of its own"),
            Reviewed::new("revset", "stack", Nothing, "native has none beside topics"),
            Reviewed::new("setting-set", "experimental.branch-cache-v3", Only(&["config"]), "a cache"),
            Reviewed::new("change", "mercurial.cmdutil.extraexport.", Only(&["export"]), "headers of export").unowned(),
            Reviewed::new("change", "mercurial.cmdutil.extrapreimport.", Nothing, "import").unowned(),
            Reviewed::new("change", "mercurial.destutil.*", Nothing, "update and merge").unowned(),
            Reviewed::new("change", "mercurial.patch.patchheadermap.", Nothing, "import").unowned(),
            Reviewed::new("change", "mercurial.utils.repoviewutil.subsettable[*", Nothing, "views for exchange")
                .unowned(),
        ],
    ),
];

/// Where changesets may have been rewritten; the store of a share is elsewhere.
const MARKERS: &[&str] = &["store/obsstore", "sharedpath"];
/// Where files may be stored elsewhere, by largefiles; the store of a share is elsewhere.
const LARGE: &[&str] = &[
    "../.hglf",
    "largefiles",
    "sharedpath",
    "store/data/.hglf",
    "store/data/~2ehglf",
    "store/dh/.hglf",
    "store/dh/~2ehglf",
];
/// What topic removes when it is of no use.
const NAMESPACE: &[&str] = &["topic-namespace"];
/// The hooks of `summary`.
const SUMMARY_HOOKS: &str = "mercurial.cmdutil.summaryhooks._hooks.";
/// What can be under way in a working copy.
const STATES: &str = "mercurial.state._unfinishedstates*";
/// Where mq has patches, or queues of them.
const PATCHES: &[&str] = &["patches", "patches.queue", "patches.queues"];
/// Commands that name no file.
const NO_FILES: &[&str] = &["bookmarks", "branch", "branches", "paths", "phase", "root", "tags", "version"];
/// Commands that do not look into files.
const NO_CONTENT: &[&str] = &["root", "files", "locate", "manifest", "paths", "version"];

#[cfg(test)]
mod tests {
    use super::*;
    use amalgam_commands::COMMANDS;

    #[test]
    fn entries_are_sorted_and_speak_of_native_commands() {
        assert!(NAMES.is_sorted_by_key(Reviewed::stem));
        for (at, entry) in NAMES.iter().enumerate() {
            assert_eq!(entry.kind, "change");
            let others = NAMES.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.map(|(_, other)| other).all(|other| !entry.fits("change", other.stem())), "{}", entry.what);
        }
        assert!(BUNDLED.is_sorted_by_key(|(name, _)| *name));
        let versioned = VERSIONED.iter().flat_map(|(_, _, entries)| entries.iter());
        let all = BUNDLED.iter().flat_map(|(_, entries)| entries.iter()).chain(versioned).chain(NAMES);
        for entry in all {
            let (Only(commands) | AllBut(commands)) = entry.reach else { continue };
            for command in commands {
                assert!(COMMANDS.iter().any(|spec| spec.name == *command), "{command}");
            }
        }
    }

    #[test]
    fn a_name_is_found_where_it_would_be_by_looking_at_all() {
        for entry in NAMES {
            let stem = entry.stem();
            let shorter = &stem[..stem.len() - 1];
            for what in [stem, shorter, &format!("{stem}x"), &format!("{stem}\u{7f}"), &format!("{shorter}!")] {
                let all = NAMES.iter().find(|entry| entry.fits("change", what)).map(|entry| entry.what);
                assert_eq!(name(what).map(|entry| entry.what), all, "{what}");
            }
        }
        assert!(name("").is_none() && name("zzz").is_none());
    }

    #[test]
    fn a_star_stands_for_any_end() {
        let entry = Reviewed::name("mercurial.exchange.*", "");
        assert!(entry.fits("change", "mercurial.exchange.push"));
        assert!(!entry.fits("change", "mercurial.exchanges"));
        assert!(!entry.fits("command", "mercurial.exchange.push"));
        assert!(!Reviewed::name("mercurial.cmdutil.add", "").fits("change", "mercurial.cmdutil.addmore"));
    }
}
