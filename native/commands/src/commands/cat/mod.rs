//! `hg cat`: files as they are in a revision, to stdout or into files.

mod contents;

use crate::display::PathDisplay;
use crate::formatter::Form;
use crate::history::History;
use crate::selection::{Selected, missing_from, missing_warning};
use crate::subrepositories::refuse_subrepositories_of;
use crate::target::{self, Fields, Part, Target};
use crate::{CommandSpec, Flag, Output, Prepared, RepositoryUse, named, pager};
use amalgam_matching::{Matcher, PatternKind};
use amalgam_template::{Map, Value};
use amalgam_types::{Node, Outcome, Reason, Rev, Stop, WDIR_REV};

pub(crate) const SPEC: CommandSpec = CommandSpec {
    name: "cat",
    aliases: &[],
    flags: &[
        Flag::value('o', "output"),
        Flag::value('r', "rev"),
        Flag::switch('\0', "decode"),
        Flag::list('I', "include"),
        Flag::list('X', "exclude"),
        Flag::value('T', "template"),
    ],
    repository: RepositoryUse::Required,
    stands_for: &[],
    infers_repository: true,
    paged: true,
    summary: "output the current or given revision of files",
    run,
};

fn run(prepared: &Prepared, out: &mut Output<'_>) -> Outcome<i32> {
    if prepared.parsed.arguments.is_empty() {
        return Err(Stop::unsupported(Reason::UsageError, "cat needs a file"));
    }
    if prepared.parsed.switch("decode") && prepared.config.items("decode").next().is_some() {
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "[decode]"));
    }
    let repository = prepared.repository()?;
    let parent = repository.working_revs()?[0];
    let selected = prepared.select(prepared.parsed.value("rev"), Selected::Revision(parent))?;
    let matcher = prepared.matcher(&selected, PatternKind::Relpath)?;
    let target = match prepared.parsed.value("output").filter(|format| !target::is_stdout(format)) {
        Some(format) => Some(Target::parse(prepared, format, false)?),
        None => None,
    };
    if target.is_none() {
        pager::start(prepared, out)?;
    }
    let form = Form::find(prepared, "cat", out)?;
    if target.is_some() && !form.is_plain() {
        return Err(Stop::unsupported(Reason::OutputUnsupported, "templates in files"));
    }
    let display = PathDisplay::settle(prepared, true)?;
    let rev = match selected {
        Selected::WorkingCopy if target.is_some() => {
            return Err(Stop::unsupported(Reason::OutputUnsupported, "the working directory in files"));
        }
        Selected::WorkingCopy => return cat_working(prepared, &matcher, &form, out),
        Selected::Revision(rev) => rev,
    };
    let manifest = repository.manifest_of(rev)?;

    let mut files: Vec<(Vec<u8>, Node)> = Vec::new();
    if let ([only], false) = (matcher.explicit_files(), matcher.any_patterns())
        && let Some(entry) = manifest.get(only)?
    {
        // One plain name is looked up by itself: no folder of that name is searched.
        files.push((only.clone(), entry.node()?));
    } else {
        // Legacy goes into each.
        refuse_subrepositories_of(prepared, rev)?;
        repository.check_narrowed_walk(&manifest)?;
        for entry in manifest.iter() {
            let entry = entry?;
            if matcher.matches(entry.path) && repository.holds(entry.path)? {
                files.push((entry.path.to_vec(), entry.node()?));
            }
        }
    }
    prepared.aside.check()?;
    let found = !files.is_empty();
    let warnings = match missing_from(&manifest, &matcher)? {
        // Legacy's look-up of the one name stops before it can miss another.
        _ if matcher.explicit_files().len() == 1 && !matcher.any_patterns() && found => Vec::new(),
        missing => {
            missing.iter().map(|path| missing_warning(repository, rev, &display, path)).collect::<Outcome<Vec<_>>>()?
        }
    };

    match target {
        Some(target) => write_files(prepared, &target, rev, &files)?,
        None if !form.is_plain() => {
            let history = form.history(prepared)?;
            form.show(history.as_ref(), out, |formatter, out| {
                let needed = formatter.wants_nothing_special() || formatter.wants("data");
                for (path, node) in files {
                    let data = if needed { repository.file_content(&path, &node)? } else { Vec::new() };
                    formatter.item(item(rev, path, data), out)?;
                }
                Ok(())
            })?;
        }
        None => contents::write_all(repository, &files, out)?,
    }
    for warning in warnings {
        out.write_error(&warning, "ui.warning");
    }
    Ok(i32::from(!found))
}

/// Writes each file to where the format puts it, making folders as legacy does.
fn write_files(prepared: &Prepared, target: &Target, rev: Rev, files: &[(Vec<u8>, Node)]) -> Outcome<()> {
    let history = History::new(prepared)?;
    let changeset = history.changeset(rev)?;
    // A damaged file is found before any other is written.
    for (path, file) in files {
        history.repository.file_content(path, file)?;
    }
    for (path, file) in files {
        let content = history.repository.file_content(path, file)?;
        let description = changeset.description()?;
        let fields = Fields { rev, node: changeset.node, description, part: Part::File(path) };
        let to = target::path(prepared, &target.name(prepared.root_bytes()?, &fields)?);
        if let Some(folder) = to.parent() {
            // Failing here shows when the file is written.
            drop(std::fs::create_dir_all(folder));
        }
        target::write(&to, &content)?;
    }
    Ok(())
}

/// The same of the working directory.
fn cat_working(prepared: &Prepared, matcher: &Matcher<'_>, form: &Form, out: &mut Output<'_>) -> Outcome<i32> {
    let files = named::files(prepared, matcher)?;
    if form.is_plain() {
        files.into_iter().for_each(|named| out.write_owned(named.file.content));
        return Ok(0);
    }
    let history = form.history(prepared)?;
    form.show(history.as_ref(), out, |formatter, out| {
        files.into_iter().try_for_each(|named| formatter.item(item(WDIR_REV, named.path, named.file.content), out))
    })?;
    Ok(0)
}

fn item(rev: Rev, path: Vec<u8>, data: Vec<u8>) -> Map {
    let names = vec![(&b"data"[..], Value::text(data)), (b"path", Value::text(path))];
    Map { names, changeset: Some(rev), ..Map::default() }
}
