//! Settings that are also read under an older name.
//!
//! Source: the `alias` keys of the `configitems.toml` that Mercurial 7.2 ships.

type Key = (&'static str, &'static str);

const OLDER: &[(Key, Key)] = &[
    (("command-templates", "graphnode"), ("ui", "graphnodetemplate")),
    (("command-templates", "log"), ("ui", "logtemplate")),
    (("command-templates", "mergemarker"), ("ui", "mergemarkertemplate")),
    (("command-templates", "pre-merge-tool-output"), ("ui", "pre-merge-tool-output-template")),
    (("experimental", "evolution.allowdivergence"), ("experimental", "allowdivergence")),
    (("experimental", "evolution.effect-flags"), ("experimental", "effect-flags")),
    (("format", "revlog-compression"), ("experimental", "format.compression")),
    (("format", "use-dirstate-v2"), ("format", "exp-rc-dirstate-v2")),
    (("rewrite", "backup-bundle"), ("ui", "history-editing-backup")),
    (("server", "bundle2.stream"), ("experimental", "bundle2.stream")),
    (("storage", "revlog.optimize-delta-parent-choice"), ("format", "aggressivemergedeltas")),
    (("ui", "username"), ("ui", "user")),
    (("web", "allow-archive"), ("web", "allow_archive")),
    (("web", "allow-pull"), ("web", "allowpull")),
    (("web", "allow-push"), ("web", "allow_push")),
];

/// The older name of `section.name`, if there is one.
pub(crate) fn older(section: &[u8], name: &[u8]) -> Option<Key> {
    OLDER.iter().find(|((s, n), _)| s.as_bytes() == section && n.as_bytes() == name).map(|(_, old)| *old)
}
