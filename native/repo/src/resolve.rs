//! What `-r X` means when X is one symbol: a number, a name or an id.

use crate::open::Repository;
use crate::prefix::PrefixMatch;
use crate::symbol;
use amalgam_config::Config;
use amalgam_types::{AbortKind, NULL_REV, Node, Outcome, Reason, Rev, Stop, WDIR_NODE, WDIR_REV};

/// What a revision symbol stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// A changeset.
    Rev(Rev),
    /// The null revision.
    Null,
    /// The working directory.
    WorkingCopy,
}

impl Resolved {
    fn of(rev: Rev) -> Self {
        if rev == NULL_REV { Resolved::Null } else { Resolved::Rev(rev) }
    }

    /// The changeset or the null revision; `None` for the working directory.
    pub fn rev(self) -> Option<Rev> {
        match self {
            Resolved::Rev(rev) => Some(rev),
            Resolved::Null => Some(NULL_REV),
            Resolved::WorkingCopy => None,
        }
    }
}

/// Settings that change how symbols are looked up.
const LOOKUP_SETTINGS: [&str; 4] =
    ["directaccess", "revisions.disambiguatewithin", "extra-filter-revs", "branch-cache-v3"];

impl Repository {
    /// What `symbol` stands for, in legacy's order: `.`, `tip`, `null`, number, whole id, bookmark, tag,
    /// branch, start of an id.
    ///
    /// # Errors
    /// `RevisionExpression` for what is not one symbol, `RevisionHidden` for a hidden changeset, legacy's own
    /// error for a plain symbol that nothing is called.
    pub fn resolve(&self, config: &Config, symbol: &[u8]) -> Outcome<Resolved> {
        if config.items("revsetalias").next().is_some() {
            return Err(expression("[revsetalias] is not empty"));
        }
        if symbol.is_empty() || symbol.contains(&b':') {
            return Err(expression("not one symbol"));
        }
        if std::str::from_utf8(symbol).is_err() {
            return Err(Stop::unsupported(Reason::EncodingUnsupported, "a revision that is not UTF-8"));
        }
        if let Some(found) = self.lookup(config, symbol)? {
            return Ok(found);
        }
        if symbol == b"wdir()" {
            return Ok(Resolved::WorkingCopy);
        }
        if !symbol::is_plain(symbol) {
            return Err(expression("not one symbol"));
        }
        Err(Stop::abort(AbortKind::Lookup, [b"unknown revision '", symbol, b"'"].concat()))
    }

    /// What `symbol` stands for, if anything: any text may be a name.
    ///
    /// # Errors
    /// `RevisionHidden` for a hidden changeset, legacy's own error for an ambiguous id.
    pub fn lookup(&self, config: &Config, symbol: &[u8]) -> Outcome<Option<Resolved>> {
        refuse_settings(config)?;
        if std::str::from_utf8(symbol).is_err() {
            return Err(Stop::unsupported(Reason::EncodingUnsupported, "a revision that is not UTF-8"));
        }
        let changelog = self.changelog()?;
        match symbol {
            // Neither looks at what is hidden: a working-copy parent never is.
            b"." => return Ok(Some(Resolved::of(self.working_revs()?[0]))),
            b"null" => return Ok(Some(Resolved::Null)),
            b"tip" => return Ok(Some(Resolved::of(self.visibility(config)?.tip()))),
            _ => {}
        }
        // Legacy's lookups all go through the visible history, so what looking at it brings comes first.
        self.visibility(config)?;
        if let Some(number) = symbol::decimal(symbol) {
            let rev = if number < 0 { number + i64::from(changelog.len()) } else { number };
            if rev == i64::from(WDIR_REV) {
                return Ok(Some(Resolved::WorkingCopy));
            }
            if let Some(rev) = Rev::try_from(rev).ok().filter(|&rev| rev >= 0 && rev < changelog.len()) {
                return self.visible(config, rev).map(Some);
            }
        }
        if let Some(node) = Node::from_hex(symbol) {
            if node == WDIR_NODE {
                return Ok(Some(Resolved::WorkingCopy));
            }
            if let Some(rev) = changelog.rev_of(&node)? {
                return self.visible(config, rev).map(Some);
            }
        }
        if let Some(node) = self.named(config, symbol)? {
            // A name whose changeset is hidden or gone counts as no name, also where another kind of name fits.
            if let Some(rev) = changelog.rev_of(&node)?
                && !self.visibility(config)?.is_hidden(rev)
            {
                return Ok(Some(Resolved::of(rev)));
            }
        }
        self.refuse_names_of_topics(config, symbol)?;
        match changelog.by_prefix(symbol)? {
            PrefixMatch::None => Ok(None),
            PrefixMatch::One(rev) => self.visible(config, rev).map(Some),
            PrefixMatch::WorkingCopy => Ok(Some(Resolved::WorkingCopy)),
            PrefixMatch::Ambiguous => {
                Err(Stop::abort(AbortKind::Input, [b"ambiguous revision identifier: ", symbol].concat()))
            }
        }
    }

    /// The changeset of the first kind of name that knows `symbol`.
    /// The visible changeset (or the null revision) whose id is, or starts with, `digits`, if there is just one.
    ///
    /// # Errors
    /// `RevisionExpression` for the working directory's pseudo id.
    pub fn by_id(&self, config: &Config, digits: &[u8]) -> Outcome<Option<Rev>> {
        refuse_settings(config)?;
        let changelog = self.changelog()?;
        let found = match Node::from_hex(digits) {
            Some(node) if node == WDIR_NODE => PrefixMatch::WorkingCopy,
            Some(node) => changelog.rev_of(&node)?.map_or(PrefixMatch::None, PrefixMatch::One),
            None => changelog.by_prefix(digits)?,
        };
        match found {
            PrefixMatch::One(rev) if !self.visibility(config)?.is_hidden(rev) => Ok(Some(rev)),
            PrefixMatch::WorkingCopy => Err(expression("the working directory")),
            _ => Ok(None),
        }
    }

    fn named(&self, config: &Config, symbol: &[u8]) -> Outcome<Option<Node>> {
        if let Some(node) = self.bookmarks(config)?.get(symbol) {
            return Ok(Some(node));
        }
        if let Some(tag) = self.tags(config)?.get(symbol) {
            return Ok(Some(tag.node));
        }
        if self.has_surely_no_branch(config, symbol)? {
            return Ok(None);
        }
        self.branches(config)?.tip(symbol).map(|rev| self.changelog()?.node(rev)).transpose()
    }

    fn visible(&self, config: &Config, rev: Rev) -> Outcome<Resolved> {
        if self.visibility(config)?.is_hidden(rev) {
            return Err(Stop::unsupported(Reason::RevisionHidden, format!("revision {rev}")));
        }
        Ok(Resolved::of(rev))
    }
}

fn refuse_settings(config: &Config) -> Outcome<()> {
    match LOOKUP_SETTINGS.iter().find(|key| config.get("experimental", key).is_some()) {
        Some(key) => Err(Stop::unsupported(Reason::ConfigUnsupported, format!("experimental.{key}"))),
        None => Ok(()),
    }
}

fn expression(detail: &str) -> Stop {
    Stop::unsupported(Reason::RevisionExpression, detail)
}
