//! `hg annotate`: which changeset is responsible for each line of a file.

mod items;
mod lines;
mod working;

use crate::display::PathDisplay;
use crate::formatter::Form;
use crate::history::{History, query};
use crate::line_range::LineRange;
use crate::selection::{Selected, missing_from};
use crate::subrepositories::manifest_beside_subrepositories;
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, pager};
use amalgam_diff::DiffOptions;
use amalgam_diff::file::is_binary;
use amalgam_diff::lines::Lines;
use amalgam_formats::manifest::Manifest;
use amalgam_matching::{Matcher, PatternKind};
use amalgam_template::width::columns;
use amalgam_template::{dates, short_user};
use amalgam_types::{Abort, AbortKind, Outcome, Reason, Rev, Stop, short_hex};
use lines::{Annotated, Annotation, Origin};
use std::collections::HashSet;
use std::ops::Range;

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "annotate",
    aliases: &["blame"],
    flags: &[
        Flag::value('r', "rev"),
        Flag::switch('\0', "follow"),
        Flag::switch('\0', "no-follow"),
        Flag::switch('a', "text"),
        Flag::switch('u', "user"),
        Flag::switch('f', "file"),
        Flag::switch('d', "date"),
        Flag::switch('n', "number"),
        Flag::switch('c', "changeset"),
        Flag::switch('l', "line-number"),
        Flag::list('\0', "skip"),
        Flag::list('L', "line-range").since(7, 0),
        Flag::switch('w', "ignore-all-space"),
        Flag::switch('b', "ignore-space-change"),
        Flag::switch('B', "ignore-blank-lines"),
        Flag::switch('Z', "ignore-space-at-eol"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: true,
    paged: true,
    summary: "show changeset information by line for each file",
    run,
};

/// What can be told of a line, in the order of the columns.
const COLUMNS: [&str; 6] = ["user", "number", "changeset", "date", "file", "line-number"];

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    let shown = shown_columns(prepared)?;
    let history = History::new(prepared)?;
    // Looking at what is hidden, legacy warns of markers that are not in use.
    history.visibility()?;
    let parent = history.repository.working_revs()?[0];
    let selected = prepared.select(prepared.parsed.value("rev"), Selected::Revision(parent))?;
    let rev = match selected {
        Selected::WorkingCopy => parent,
        Selected::Revision(rev) => rev,
    };
    let ranges = LineRange::all(prepared)?;
    let named: Vec<Vec<u8>> = ranges.iter().map(|range| range.path.clone()).collect();
    let patterns = if ranges.is_empty() { &prepared.parsed.arguments } else { &named };
    pager::start(prepared, out)?;
    let form = Form::find(prepared, "annotate", out)?;
    // What is wrong with a template is said first.
    let later = |stop| match stop {
        Stop::Abort(abort) if !form.is_plain() => {
            Stop::unsupported(Reason::OutputUnsupported, String::from_utf8_lossy(&abort.message).into_owned())
        }
        stop => stop,
    };
    let matcher = prepared.matcher_for(&selected, PatternKind::Relpath, patterns).map_err(later)?;
    let options = options(prepared)?;
    let skipped: HashSet<Rev> = match prepared.parsed.list("skip") {
        [] => HashSet::new(),
        specs => query::revisions(&history, specs).map_err(later)?.into_iter().collect(),
    };
    let manifest = manifest_beside_subrepositories(prepared, rev, &matcher)?;
    prepared.repository()?.check_narrowed_walk(&manifest)?;
    let follow = !prepared.parsed.switch("no-follow");
    let annotation = Annotation::new(&history, rev, options, skipped, follow)?;
    let lines = ranges.into_iter().next().map(|range| range.lines);
    let working = match selected {
        Selected::WorkingCopy => Some(working::Files::of(&history, &matcher)?),
        Selected::Revision(_) => None,
    };
    let is_working = working.is_some();
    let files = Files { history: &history, manifest: &manifest, matcher: &matcher, working, lines };
    let missing = || if is_working { Ok(Vec::new()) } else { missing_from(&manifest, &matcher) };
    if form.is_plain() {
        let display = PathDisplay::settle(prepared, true)?;
        files.each(annotation, |path, found| match found {
            None => {
                out.write(&[&display.show(path)[..], b": binary file\n"].concat());
                Ok(())
            }
            Some((content, annotated)) => write(&history, annotated, &shown, is_working, content, out),
        })?;
    } else {
        if !missing()?.is_empty() {
            return Err(Stop::unsupported(Reason::OutputUnsupported, "an error within a listing by a template"));
        }
        form.show(Some(&history), out, |formatter, out| {
            if is_working && formatter.wants("date") {
                // A template shows these seconds without a point, with the zone right behind them.
                return Err(Stop::unsupported(Reason::DateUnsupported, "a file's time in a template"));
            }
            let columns = items::columns(&shown, formatter)?;
            files.each(annotation, |path, found| formatter.item(items::of_file(&history, path, found, &columns)?, out))
        })?;
    }
    if let Some(missing) = missing()?.first() {
        let node = history.changeset(rev)?.node;
        let message = [missing, &b": no such file in rev "[..], short_hex(&node).as_bytes()].concat();
        return Err(Abort::new(AbortKind::Other, message).into());
    }
    Ok(0)
}

/// The files to annotate.
struct Files<'f> {
    history: &'f History<'f>,
    manifest: &'f Manifest,
    matcher: &'f Matcher<'f>,
    /// Those of the working directory, if it is them.
    working: Option<working::Files>,
    /// Only these lines of each.
    lines: Option<Range<usize>>,
}

impl Files<'_> {
    /// Hands each file over with its content and lines; of a binary file only the name.
    fn each(
        &self,
        mut annotation: Annotation<'_>,
        mut show: impl FnMut(&[u8], Option<(&[u8], &Annotated)>) -> Outcome<()>,
    ) -> Outcome<()> {
        let repository = self.history.repository;
        if let Some(working) = &self.working {
            for named in &working.named {
                self.one(&named.path, &named.file.content, &mut show, || {
                    let parent = working.parent_of(&named.path, self.manifest)?;
                    annotation.working_file(&named.path, &named.file.content, parent)
                })?;
            }
            return Ok(());
        }
        for entry in self.manifest.iter() {
            let entry = entry?;
            if !self.matcher.matches(entry.path) || !repository.holds(entry.path)? {
                continue;
            }
            let node = entry.node()?;
            let content = repository.file_content(entry.path, &node)?;
            self.one(entry.path, &content, &mut show, || annotation.file(entry.path, node))?;
        }
        Ok(())
    }

    fn one(
        &self,
        path: &[u8],
        content: &[u8],
        show: &mut impl FnMut(&[u8], Option<(&[u8], &Annotated)>) -> Outcome<()>,
        annotate: impl FnOnce() -> Outcome<Annotated>,
    ) -> Outcome<()> {
        if !self.history.prepared.parsed.switch("text") && is_binary(content) {
            return show(path, None);
        }
        let mut annotated = annotate()?;
        let Some(wanted) = &self.lines else { return show(path, Some((content, &annotated))) };
        let end = wanted.end.min(annotated.lines.len());
        let wanted = wanted.start.min(end)..end;
        let lines = Lines::of(content);
        let kept: Vec<u8> = lines.span(wanted.clone()).to_vec();
        annotated.lines = annotated.lines[wanted].to_vec();
        show(path, Some((&kept, &annotated)))
    }
}

fn shown_columns(prepared: &Prepared) -> Outcome<Vec<&'static str>> {
    let parsed = &prepared.parsed;
    let by_lines = !parsed.list("line-range").is_empty();
    if by_lines && parsed.switch("no-follow") {
        return Err(Stop::abort(AbortKind::Input, "--line-range is incompatible with --no-follow"));
    }
    if by_lines && !parsed.arguments.is_empty() {
        return Err(Stop::abort(AbortKind::Input, "cannot combine filename or pattern and --line-range"));
    }
    if parsed.arguments.is_empty() && !by_lines {
        return Err(Stop::abort(AbortKind::Input, "at least one filename or pattern is required"));
    }
    let mut shown: Vec<&str> = COLUMNS.into_iter().filter(|column| parsed.switch(column)).collect();
    if parsed.switch("follow") && !shown.contains(&"file") {
        shown.push("file");
    }
    if !["user", "changeset", "date", "file"].iter().any(|column| shown.contains(column)) && !shown.contains(&"number")
    {
        shown.push("number");
    }
    let lines_given = parsed.given().any(|flag| flag == "line-number");
    if lines_given && !shown.contains(&"changeset") && !shown.contains(&"number") {
        return Err(Stop::abort(AbortKind::Input, "at least one of -n/-c is required for -l"));
    }
    shown.sort_by_key(|column| COLUMNS.iter().position(|known| known == column));
    Ok(shown)
}

/// White space that does not count, by flags or by `[annotate]`.
fn options(prepared: &Prepared) -> Outcome<DiffOptions> {
    if prepared.config.get("experimental", "xdiff").is_some() {
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "experimental.xdiff"));
    }
    let setting = |flag: &str, key: &str| -> Outcome<bool> {
        if prepared.parsed.given().any(|given| given == flag) {
            return Ok(prepared.parsed.switch(flag));
        }
        prepared.config.bool_or("annotate", key, false)
    };
    for unused in ["nodates", "showfunc", "ignoreblanklines"] {
        prepared.config.bool_or("annotate", unused, false)?;
    }
    Ok(DiffOptions {
        ignore_space: setting("ignore-all-space", "ignorews")?,
        ignore_space_change: setting("ignore-space-change", "ignorewsamount")?,
        ignore_space_at_eol: setting("ignore-space-at-eol", "ignorewseol")?,
        ..DiffOptions::default()
    })
}

fn write(
    history: &History<'_>,
    annotated: &Annotated,
    shown: &[&'static str],
    is_working: bool,
    content: &[u8],
    out: &mut Output<'_>,
) -> Outcome<()> {
    let lines = Lines::of(content);
    if lines.is_empty() {
        return Ok(());
    }
    // What a column says of an origin, without line numbers, is worked out once.
    let mut texts: Vec<Vec<Vec<u8>>> = Vec::with_capacity(annotated.origins.len());
    for origin in &annotated.origins {
        let text = |column: &&str| {
            let text = text_of(history, column, origin)?;
            Ok(if is_working { working::marked(text, column, shown, origin) } else { text })
        };
        texts.push(shown.iter().map(text).collect::<Outcome<_>>()?);
    }
    let widths: Vec<Vec<usize>> = texts.iter().map(|texts| texts.iter().map(|text| columns(text)).collect()).collect();
    let width = |column: usize, line: &lines::Line| match shown[column] {
        "line-number" => line.number.to_string().len(),
        _ => widths[line.origin][column],
    };
    let widest: Vec<usize> = (0..shown.len())
        .map(|column| annotated.lines.iter().map(|line| width(column, line)).max().unwrap_or(0))
        .collect();
    let mut text = Vec::with_capacity(content.len() * 2);
    for (at, line) in annotated.lines.iter().enumerate() {
        for (column, name) in shown.iter().enumerate() {
            if column > 0 {
                text.push(if *name == "line-number" { b':' } else { b' ' });
            }
            text.resize(text.len() + widest[column] - width(column, line), b' ');
            match *name {
                "line-number" => text.extend_from_slice(line.number.to_string().as_bytes()),
                _ => text.extend_from_slice(&texts[line.origin][column]),
            }
        }
        text.extend_from_slice(if line.skipped { b"* " } else { b": " });
        text.extend_from_slice(lines.get(at));
    }
    if lines.is_unended() {
        text.push(b'\n');
    }
    out.write_owned(text);
    Ok(())
}

fn text_of(history: &History<'_>, column: &str, origin: &Origin) -> Outcome<Vec<u8>> {
    let prepared = history.prepared;
    Ok(match column {
        "user" if prepared.verbose()? => origin.user(history)?,
        "user" => short_user(&origin.user(history)?).to_vec(),
        "number" => origin.committed(history)?.to_string().into_bytes(),
        "changeset" => prepared.shown_id(&history.changeset(origin.committed(history)?)?.node).into_bytes(),
        "date" => {
            let (seconds, offset) = origin.date(history)?;
            if prepared.quiet()? {
                dates::format(b"%Y-%m-%d", seconds, offset)?
            } else {
                dates::default(seconds, offset)?
            }
        }
        "file" => origin.path.clone(),
        _ => Vec::new(),
    })
}
