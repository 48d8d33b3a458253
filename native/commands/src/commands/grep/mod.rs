//! `hg grep`: lines that match a pattern, in the working copy, in revisions, or in what changesets changed.

mod matches;
mod sources;

use crate::commands::log;
use crate::display::PathDisplay;
use crate::history::{History, query};
use crate::selection::Selected;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_matching::{LineSearch, PatternKind};
use amalgam_template::{dates, short_user};
use amalgam_types::{Outcome, Reason, Rev, Stop};
use matches::{Found, difference};
use sources::{Hit, changed_files, revision_files, working_files};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "grep",
    aliases: &[],
    flags: &[
        Flag::switch('0', "print0"),
        Flag::switch('\0', "all"),
        Flag::switch('\0', "diff"),
        Flag::switch('a', "text"),
        Flag::switch('f', "follow").legacy(),
        Flag::switch('i', "ignore-case"),
        Flag::switch('l', "files-with-matches"),
        Flag::switch('n', "line-number"),
        Flag::list('r', "rev"),
        Flag::switch('\0', "all-files"),
        Flag::switch('u', "user"),
        Flag::switch('d', "date"),
        Flag::value('T', "template"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
    ],
    repository: RepositoryUse::Required,
    infers_repository: true,
    paged: true,
    summary: "search for a pattern in specified files",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.parsed.value("template").is_some() {
        return Err(Stop::unsupported(Reason::OutputUnsupported, "--template"));
    }
    let parsed = &prepared.parsed;
    let Some(pattern) = parsed.arguments.first() else {
        return Err(Stop::unsupported(Reason::UsageError, "grep needs a pattern"));
    };
    let changes = parsed.switch("all") || parsed.switch("diff");
    let all_files_given = parsed.given().any(|flag| flag == "all-files");
    if all_files_given && (changes || !parsed.switch("all-files")) {
        return Err(Stop::unsupported(Reason::UsageError, "--all-files"));
    }
    let search = LineSearch::new(pattern, parsed.switch("ignore-case"))?;
    let history = History::new(prepared)?;
    // Looking at what is hidden, legacy warns of markers that are not in use.
    history.visibility()?;
    let form = Form {
        search: &search,
        display: PathDisplay::settle(prepared, false)?,
        changes,
        plain: !changes && parsed.list("rev").is_empty(),
    };
    let found = if changes {
        let log::Selection { revs, files } = log::selection(&history, &parsed.arguments[1..])?;
        pager::start(prepared, out)?;
        changed_files(&history, &revs, &files, &search, &mut |rev, hit| form.write(&history, Some(rev), hit, out))?
    } else if form.plain {
        if parsed.switch("user") || parsed.switch("date") {
            return Err(Stop::unsupported(Reason::OutputUnsupported, "who changes the working copy, and when"));
        }
        let matcher = prepared.matcher_for(&Selected::WorkingCopy, PatternKind::Relpath, &parsed.arguments[1..])?;
        pager::start(prepared, out)?;
        working_files(prepared, &matcher, &search, &mut |hit| {
            expect_user(prepared)?;
            form.write(&history, None, hit, out)
        })?
    } else {
        let revs = query::revisions(&history, parsed.list("rev"))?;
        let matcher = prepared.matcher_for(&Selected::WorkingCopy, PatternKind::Relpath, &parsed.arguments[1..])?;
        pager::start(prepared, out)?;
        let mut found = false;
        for rev in revs {
            found |=
                revision_files(&history, rev, &matcher, &search, &mut |hit| form.write(&history, Some(rev), hit, out))?;
        }
        found
    };
    Ok(i32::from(!found))
}

/// Legacy asks who works here as soon as a file of the working copy matches, and has something to say where nobody is
/// named.
fn expect_user(prepared: &Prepared) -> Outcome<()> {
    let named = prepared.env.get("HGUSER").or_else(|| prepared.config.get("ui", "username"));
    let named = named.or_else(|| prepared.env.get("EMAIL"));
    if named.is_some_and(|name| !name.is_empty() && !name.contains(&b'\n') && !name.contains(&b'$')) {
        return Ok(());
    }
    Err(Stop::unsupported(Reason::WarningExpected, "who works here is not known"))
}

/// How matches are shown.
struct Form<'f> {
    search: &'f LineSearch,
    display: PathDisplay,
    changes: bool,
    /// No revision is named.
    plain: bool,
}

impl Form<'_> {
    /// Writes the matches in one file; tells whether there was something to write.
    fn write(&self, history: &History<'_>, rev: Option<Rev>, hit: &Hit, out: &mut Output<'_>) -> Outcome<bool> {
        let parsed = &history.prepared.parsed;
        let end: &[u8] = if parsed.switch("print0") { b"\0" } else { b"\n" };
        let separator: &[u8] = if parsed.switch("print0") { b"\0" } else { b":" };
        let lines: Vec<(u8, &Found)> = if self.changes {
            difference(&hit.before, &hit.found)
        } else {
            hit.found.iter().map(|found| (0, found)).collect()
        };
        let path = self.display.show(&hit.path).into_owned();
        let changeset = rev.map(|rev| history.changeset(rev)).transpose()?;
        for (change, found) in &lines {
            out.write_labelled(&path, "grep.filename");
            let mut column = |text: &[u8], label: &str| {
                out.write_labelled(separator, "grep.sep");
                out.write_labelled(text, label);
            };
            if let Some(rev) = rev {
                column(rev.to_string().as_bytes(), "grep.rev");
            }
            if parsed.switch("line-number") {
                column(found.number.to_string().as_bytes(), "grep.linenumber");
            }
            if self.changes {
                let label = if *change == b'+' { "grep.inserted grep.change" } else { "grep.deleted grep.change" };
                column(&[*change], label);
            }
            if let Some(changeset) = &changeset {
                if parsed.switch("user") {
                    let user = changeset.user()?;
                    let user = if history.prepared.verbose()? { user } else { short_user(user) };
                    column(user, "grep.user");
                }
                if parsed.switch("date") {
                    let date = changeset.date()?;
                    let shown = if history.prepared.quiet()? {
                        dates::format(b"%Y-%m-%d", date.seconds, date.offset)?
                    } else {
                        dates::default(date.seconds, date.offset)?
                    };
                    column(&shown, "grep.date");
                }
            }
            if !parsed.switch("files-with-matches") {
                out.write_labelled(separator, "grep.sep");
                if !parsed.switch("text") && hit.binary {
                    out.write(b" Binary file matches");
                } else {
                    self.write_line(found, out);
                }
            }
            out.write(end);
            if parsed.switch("files-with-matches") {
                break;
            }
        }
        Ok(!lines.is_empty())
    }

    fn write_line(&self, found: &Found, out: &mut Output<'_>) {
        if !out.is_colored() {
            return out.write(&found.line);
        }
        let piece = |from: usize, to: usize| {
            let (from, to) = (from.min(found.line.len()), to.min(found.line.len()));
            &found.line[from..to.max(from)]
        };
        let mut done = 0;
        for (start, end) in found.parts(self.search) {
            out.write(piece(done, start));
            out.write_labelled(piece(start, end), "grep.match");
            done = end;
        }
        out.write(piece(done, found.line.len()));
    }
}
