//! What `status --verbose` adds below the listing: the unfinished operation, the conflicts that are left, and how
//! to go on. Each part is a block of lines that begin with `#`, and ends with an empty line.

use crate::formatter::Formatter;
use crate::{Output, Prepared};
use amalgam_config::{Config, plain};
use amalgam_matching::relative_path;
use amalgam_repo::UnfinishedState;
use amalgam_template::{Map, Value};
use amalgam_types::{Outcome, Reason, Stop};
use std::os::unix::ffi::OsStrExt;

/// What is under way; nothing where nobody asked.
#[derive(Default)]
pub(super) struct Footer {
    /// The operation's name, and advice.
    operation: Option<(&'static str, &'static str)>,
    /// The unresolved paths of a merge that is under way, in order.
    conflicts: Option<Vec<Vec<u8>>>,
    /// The same as seen from where the process stands.
    shown: Vec<Vec<u8>>,
}

impl Footer {
    /// What there is to say of this repository.
    ///
    /// # Errors
    /// `RepositoryState` for operations of several extensions, and for a merge state that does not read.
    pub(super) fn settle(prepared: &Prepared) -> Outcome<Footer> {
        let verbose = prepared.verbose()? || prepared.config.bool_or("commands", "status.verbose", false)?;
        if !verbose || plain(&prepared.env, None) || prepared.parsed.switch("print0") {
            return Ok(Footer::default());
        }
        let operation = operation(prepared)?.map(|state| (state.name(), advice(state)));
        let conflicts = conflicts(prepared)?;
        // No setting has a say in this: not `ui.relative-paths`, nor `ui.forcecwd`.
        let (root, cwd) = (prepared.root_bytes()?, prepared.cwd.as_os_str().as_bytes());
        let shown = conflicts.iter().flatten().map(|path| relative_path(root, cwd, path).into_owned());
        Ok(Footer { operation, shown: shown.collect(), conflicts })
    }

    /// Whether a file has conflicts that are left.
    pub(super) fn is_unresolved(&self, path: &[u8]) -> bool {
        self.conflicts.iter().flatten().any(|conflict| conflict == path)
    }

    /// What a formatter shows: an item of the operation, and one of each file with conflicts that is not `listed`.
    /// Templates see no changeset there, and in the operation's no repository.
    ///
    /// # Errors
    /// As [`Formatter::item`].
    pub(super) fn items(
        &self,
        listed: impl Fn(&[u8]) -> bool,
        formatter: &Formatter<'_>,
        out: &mut Output<'_>,
    ) -> Outcome<()> {
        if self.operation.is_none() && self.conflicts.is_none() {
            return Ok(());
        }
        if let Some((name, advice)) = self.operation {
            let names = vec![
                (&b"itemtype"[..], Value::text("morestatus")),
                (b"unfinished", Value::text(name)),
                (b"unfinishedmsg", Value::text(advice)),
            ];
            formatter.item(Map::outside(names), out)?;
        }
        for path in self.conflicts.iter().flatten().filter(|path| !listed(path)) {
            let names = vec![
                (&b"itemtype"[..], Value::text("file")),
                (b"path", Value::text(path)),
                (b"unresolved", Value::Bool(true)),
            ];
            formatter.item(Map::named(names), out)?;
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut Output<'_>) {
        for block in blocks(self.operation, self.conflicts.as_ref().map(|_| self.shown.as_slice())) {
            out.write_labelled(&block, "status.morestatus");
        }
    }
}

/// The operation legacy would name: the first it asks for of those it is not told to skip.
fn operation(prepared: &Prepared) -> Outcome<Option<UnfinishedState>> {
    let skipped = prepared.config.get_list("commands", "status.skipstates").unwrap_or_default();
    let mut states = Vec::new();
    for state in prepared.repository()?.unfinished_states()? {
        if state.extension().is_none_or(|name| is_enabled(&prepared.config, name)) {
            states.push(state);
        }
    }
    if states.iter().filter(|state| state.extension().is_some()).count() > 1 {
        // Legacy goes by the order in which they were loaded.
        return Err(Stop::unsupported(Reason::RepositoryState, "operations of several extensions"));
    }
    Ok(states.into_iter().find(|state| !skipped.iter().any(|name| name == state.name().as_bytes())))
}

/// Whether the configuration enables the extension `name`, under any of the names that legacy takes for it.
fn is_enabled(config: &Config, name: &str) -> bool {
    let prefixes: [&[u8]; 3] = [b"", b"hgext.", b"hgext/"];
    let named = |key: &[u8]| prefixes.iter().any(|prefix| key.strip_prefix(*prefix) == Some(name.as_bytes()));
    config.items("extensions").any(|(key, value)| named(key) && !value.starts_with(b"!"))
}

/// How to go on, and how to give up.
fn advice(state: UnfinishedState) -> &'static str {
    match state {
        UnfinishedState::Unshelve => {
            "To continue:    hg unshelve --continue\n\
             To abort:       hg unshelve --abort"
        }
        UnfinishedState::Graft => {
            "To continue:    hg graft --continue\n\
             To abort:       hg graft --abort\n\
             To stop:        hg graft --stop"
        }
        UnfinishedState::Bisect => {
            "To mark the changeset good:    hg bisect --good\n\
             To mark the changeset bad:     hg bisect --bad\n\
             To abort:                      hg bisect --reset\n"
        }
        UnfinishedState::Update => "To continue:    hg update .",
        UnfinishedState::Merge => {
            "To continue:    hg commit\n\
             To abort:       hg merge --abort"
        }
        UnfinishedState::Histedit => {
            "To continue:    hg histedit --continue\n\
             To abort:       hg histedit --abort"
        }
        UnfinishedState::Rebase => {
            "To continue:    hg rebase --continue\n\
             To abort:       hg rebase --abort\n\
             To stop:        hg rebase --stop"
        }
        UnfinishedState::Transplant => {
            "To continue:    hg transplant --continue\n\
             To stop:        hg transplant --stop"
        }
    }
}

/// The unresolved paths in order; `None` when no merge is under way.
fn conflicts(prepared: &Prepared) -> Outcome<Option<Vec<Vec<u8>>>> {
    let merge = prepared.repository()?.merge_state()?;
    if !merge.is_active() {
        return Ok(None);
    }
    let mut paths: Vec<&[u8]> = merge.unresolved().collect();
    paths.sort_unstable();
    Ok(Some(paths.into_iter().map(<[u8]>::to_vec).collect()))
}

/// The blocks for an operation (its name, and advice) and the unresolved paths of a merge.
fn blocks(operation: Option<(&str, &str)>, conflicts: Option<&[Vec<u8>]>) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    if let Some((name, _)) = operation {
        out.push(block(format!("The repository is in an unfinished *{name}* state.").as_bytes()));
    }
    match conflicts {
        None => {}
        Some([]) => out.push(block(b"No unresolved merge conflicts.")),
        Some(paths) => {
            let mut text = b"Unresolved merge conflicts:\n\n".to_vec();
            for path in paths {
                text.extend_from_slice(b"    ");
                text.extend_from_slice(path);
                text.push(b'\n');
            }
            text.extend_from_slice(b"\nTo mark files as resolved:  hg resolve --mark FILE");
            out.push(block(&text));
        }
    }
    if let Some((_, advice)) = operation {
        out.push(block(advice.as_bytes()));
    }
    out
}

/// Each line behind `# `, and an empty line after all. Lines end as Python's `bytes.splitlines` has it, because a
/// folder outside the repository may have any name.
fn block(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 32);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        out.extend_from_slice(b"# ");
        out.extend_from_slice(line);
        out.push(b'\n');
        rest = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
    }
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(operation: Option<(&str, &str)>, conflicts: Option<&[&str]>) -> String {
        let conflicts = conflicts.map(|paths| paths.iter().map(|path| path.as_bytes().to_vec()).collect::<Vec<_>>());
        String::from_utf8(blocks(operation, conflicts.as_deref()).concat()).expect("all of it is text")
    }

    #[test]
    fn the_parts_in_order() {
        assert_eq!(text(None, None), "");
        assert_eq!(text(None, Some(&[])), "# No unresolved merge conflicts.\n\n");
        assert_eq!(
            text(Some(("graft", "one\ntwo")), Some(&["../a", "b"])),
            "# The repository is in an unfinished *graft* state.\n\n\
             # Unresolved merge conflicts:\n# \n#     ../a\n#     b\n# \n\
             # To mark files as resolved:  hg resolve --mark FILE\n\n\
             # one\n# two\n\n"
        );
    }

    #[test]
    fn lines_end_as_in_python() {
        assert_eq!(block(b"a\rb\r\nc\n\rd\n"), b"# a\n# b\n# c\n# \n# d\n\n");
        assert_eq!(block(b"a\r"), b"# a\n\n");
    }
}
