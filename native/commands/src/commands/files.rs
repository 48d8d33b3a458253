//! `hg files`: the tracked files of the working directory or of a revision.

use crate::display::PathDisplay;
use crate::formatter::{Form, Formatter};
use crate::selection::{Selected, missing_from, missing_warning};
use crate::subrepositories::{
    manifest_beside_subrepositories, refuse_files_of_subrepositories, refuse_subrepositories_of,
    refuse_working_subrepositories,
};
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_matching::{Matcher, PatternKind};
use amalgam_repo::Repository;
use amalgam_template::{Map, Value};
use amalgam_types::{EXEC_BIT, Outcome, Reason, Rev, Stop};
use amalgam_worktree::{known_files, tracked_files};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "files",
    aliases: &[],
    flags: &[
        Flag::value('r', "rev"),
        Flag::switch('0', "print0"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::value('T', "template"),
        Flag::switch('S', "subrepos"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: false,
    paged: true,
    summary: "list tracked files",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let selected = prepared.select(prepared.parsed.value("rev"), Selected::WorkingCopy)?;
    let matcher = prepared.matcher(&selected, PatternKind::Relpath)?;
    pager::start(prepared, out)?;
    let display = PathDisplay::settle(prepared, true)?;
    let verbose = prepared.verbose()?;
    let lines = Lines { display, end: prepared.line_end(), verbose };
    let form = Form::find(prepared, "files", out)?;
    if !form.is_plain() {
        let history = form.history(prepared)?;
        return form.show(history.as_ref(), out, |formatter, out| {
            let details = verbose || formatter.wants("size") || formatter.wants("flags");
            let lines = Items { lines: &lines, formatter, details, changeset: selected.rev() };
            list(prepared, &selected, &matcher, &lines, out)
        });
    }
    list(prepared, &selected, &matcher, &lines, out)
}

/// Where files go that were found.
trait Found {
    /// Whether size and flag are needed.
    fn details(&self) -> bool;

    /// One file.
    fn add(&self, path: &[u8], details: Option<(u64, u8)>, out: &mut Output<'_>) -> Outcome<()>;

    /// How paths are shown.
    fn display(&self) -> &PathDisplay;
}

fn list(
    prepared: &Prepared,
    selected: &Selected,
    matcher: &Matcher<'_>,
    lines: &dyn Found,
    out: &mut Output<'_>,
) -> Outcome<i32> {
    let found = match selected {
        Selected::WorkingCopy => list_working_copy(prepared, matcher, lines, out)?,
        Selected::Revision(rev) => list_revision(prepared, *rev, matcher, lines, out)?,
    };
    Ok(i32::from(!found))
}

struct Lines {
    display: PathDisplay,
    end: u8,
    verbose: bool,
}

impl Found for Lines {
    fn details(&self) -> bool {
        self.verbose
    }

    fn display(&self) -> &PathDisplay {
        &self.display
    }

    fn add(&self, path: &[u8], details: Option<(u64, u8)>, out: &mut Output<'_>) -> Outcome<()> {
        if let Some((size, flag)) = details {
            let flag = if flag == 0 { ' ' } else { char::from(flag) };
            out.write(format!("{size:>10} {flag} ").as_bytes());
        }
        let mut line = self.display.show(path).into_owned();
        line.push(self.end);
        out.write(&line);
        Ok(())
    }
}

/// The same for a formatter.
struct Items<'a> {
    lines: &'a Lines,
    formatter: &'a Formatter<'a>,
    details: bool,
    changeset: Rev,
}

impl Found for Items<'_> {
    fn details(&self) -> bool {
        self.details
    }

    fn display(&self) -> &PathDisplay {
        &self.lines.display
    }

    fn add(&self, path: &[u8], details: Option<(u64, u8)>, out: &mut Output<'_>) -> Outcome<()> {
        let mut names = vec![(&b"path"[..], Value::text(path))];
        if let Some((size, flag)) = details {
            names.push((b"size", Value::Int(i64::try_from(size).unwrap_or(i64::MAX))));
            names.push((b"flags", Value::text(if flag == 0 { &[][..] } else { std::slice::from_ref(&flag) })));
        }
        self.formatter.item(Map { names, changeset: Some(self.changeset), ..Map::default() }, out)
    }
}

fn list_working_copy(
    prepared: &Prepared,
    matcher: &Matcher<'_>,
    lines: &dyn Found,
    out: &mut Output<'_>,
) -> Outcome<bool> {
    let repository = prepared.repository()?;
    let tracked = tracked_files(repository)?;
    match prepared.parsed.switch("subrepos") {
        true => refuse_working_subrepositories(prepared, &tracked)?,
        false => refuse_files_of_subrepositories(prepared, &tracked, matcher)?,
    }
    let named = named_files(repository, matcher)?;
    let narrow = repository.narrowspec()?;
    let paths: Box<dyn Iterator<Item = &[u8]>> = match &named {
        Some(named) => Box::new(named.iter().map(Vec::as_slice).filter(|path| tracked.contains(path))),
        None => {
            Box::new(tracked.iter().filter(|path| matcher.matches(path) && narrow.is_none_or(|spec| spec.holds(path))))
        }
    };
    let mut found = false;
    for path in paths {
        let details = if lines.details() { Some(stat(repository, path)?) } else { None };
        lines.add(path, details, out)?;
        found = true;
    }
    Ok(found)
}

/// Where nothing but files of the dirstate was named, those names: legacy lists each as often as it was given.
///
/// # Errors
/// What reading the dirstate meets.
pub(super) fn named_files(repository: &Repository, matcher: &Matcher<'_>) -> Outcome<Option<Vec<Vec<u8>>>> {
    let mut named = matcher.explicit_files().to_vec();
    named.sort_unstable();
    if !matcher.prefix() || repository.is_narrow() || named.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(None);
    }
    let known = known_files(repository)?;
    Ok(named.iter().all(|name| known.contains(name)).then_some(named))
}

/// Size and flag of a file in the working directory. Legacy aborts half-way through on a missing one.
fn stat(repository: &Repository, path: &[u8]) -> Outcome<(u64, u8)> {
    let meta = std::fs::symlink_metadata(repository.root().join(OsStr::from_bytes(path)))
        .map_err(|error| Stop::unsupported(Reason::FileUnsupported, error.to_string()))?;
    let flag = match (meta.is_symlink(), meta.mode() & EXEC_BIT != 0) {
        (true, _) => b'l',
        (false, true) => b'x',
        (false, false) => 0,
    };
    Ok((meta.len(), flag))
}

fn list_revision(
    prepared: &Prepared,
    rev: Rev,
    matcher: &Matcher<'_>,
    lines: &dyn Found,
    out: &mut Output<'_>,
) -> Outcome<bool> {
    if prepared.parsed.switch("subrepos") {
        refuse_subrepositories_of(prepared, rev)?;
    }
    let manifest = manifest_beside_subrepositories(prepared, rev, matcher)?;
    let repository = prepared.repository()?;
    repository.check_narrowed_walk(&manifest)?;
    let mut found = false;
    for entry in manifest.iter() {
        let entry = entry?;
        if matcher.matches(entry.path) && repository.holds(entry.path)? {
            let details = match lines.details() {
                true => Some((repository.file_size(entry.path, &entry.node()?)?, entry.flags)),
                false => None,
            };
            lines.add(entry.path, details, out)?;
            found = true;
        }
    }
    for path in missing_from(&manifest, matcher)? {
        out.write_error(&missing_warning(repository, rev, lines.display(), &path)?, "ui.warning");
    }
    Ok(found)
}
