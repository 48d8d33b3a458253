//! `log --follow --line-range`: the changesets that changed some lines of a file, found from the lines of today
//! backwards.

use crate::comparison::working_copy;
use crate::history::History;
use crate::line_range::LineRange;
use crate::patch::{LinesOf, settings_of_diffs};
use amalgam_diff::DiffOptions;
use amalgam_diff::matching::blocks_of_texts;
use amalgam_repo::{FileRev, FileWalk};
use amalgam_types::{AbortKind, NULL_REV, Node, Outcome, Reason, Rev, Stop};
use amalgam_worktree::tracked_files;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// Hands over the changesets that changed `lines` of a file revision, which `from` has.
///
/// # Errors
/// As [`changed`].
pub(crate) fn line_history(
    history: &History<'_>,
    file: FileRev,
    from: Rev,
    lines: Range<usize>,
    add: &mut dyn FnMut(Rev),
) -> Outcome<()> {
    let options = settings(history)?;
    ancestors(history, file, from, lines, &options, &mut |rev, _, _| add(rev))
}

fn settings(history: &History<'_>) -> Outcome<DiffOptions> {
    let options = settings_of_diffs(history.prepared)?;
    if options.ignore_blank_lines {
        return Err(Stop::unsupported(Reason::ConfigUnsupported, "lines followed across blank ones"));
    }
    Ok(options)
}

/// The changesets among `among` that changed the lines, with the lines in each.
///
/// # Errors
/// Legacy's errors for files and lines that are not there; whatever makes native uncertain.
pub(super) fn changed(history: &History<'_>, ranges: &[LineRange], among: &[Rev]) -> Outcome<BTreeMap<Rev, LinesOf>> {
    let options = settings(history)?;
    let among: HashSet<Rev> = among.iter().copied().collect();
    let mut found: BTreeMap<Rev, LinesOf> = BTreeMap::new();
    for range in ranges {
        let (file, at) = unchanged(history, range)?;
        let mut add = |rev: Rev, path: &[u8], lines: Range<usize>| {
            if among.contains(&rev) {
                found.entry(rev).or_default().entry(path.to_vec()).or_default().push(lines);
            }
        };
        ancestors(history, file, at, range.lines.clone(), &options, &mut add)?;
    }
    Ok(found)
}

/// The file in the working copy's parent, which the working copy must not have changed.
fn unchanged(history: &History<'_>, range: &LineRange) -> Outcome<(FileRev, Rev)> {
    let path = &range.path;
    let [p1, p2] = history.repository.working_revs()?;
    if !tracked_files(history.repository)?.contains(path) {
        return Err(Stop::abort(
            AbortKind::State,
            [b"cannot follow file not in parent revision: \"", path.as_slice(), b"\""].concat(),
        ));
    }
    let entry =
        if p2 == NULL_REV { history.repository.manifest_of(p1)?.get(path)?.map(|entry| entry.node()) } else { None };
    let changed = || Stop::unsupported(Reason::OutputUnsupported, "lines of a file that is changed");
    let node = entry.transpose()?.ok_or_else(changed)?;
    let content = history.repository.file_content(path, &node)?;
    let now = working_copy(history.prepared)?.files()?.read_if_there(path, &mut Vec::new())?;
    if now.is_none_or(|now| now.content != content) {
        return Err(changed());
    }
    if range.lines.end > amalgam_diff::lines::Lines::of(&content).len() {
        return Err(exceeds());
    }
    Ok((FileRev { path: path.clone(), node }, p1))
}

fn exceeds() -> Stop {
    Stop::abort(AbortKind::Input, "line range exceeds file size")
}

/// A file revision to look at, under the changeset that recorded it.
type Open = BTreeMap<(Rev, Node), (FileRev, Rev, Range<usize>)>;

/// Takes a changeset, a file's name in it and lines of that file.
type Add<'a> = &'a mut dyn FnMut(Rev, &[u8], Range<usize>);

/// Hands over where lines of a file revision came from: changesets, names and the lines there.
fn ancestors(
    history: &History<'_>,
    file: FileRev,
    from: Rev,
    lines: Range<usize>,
    options: &DiffOptions,
    add: Add<'_>,
) -> Outcome<()> {
    let mut walk = FileWalk::new(history.repository)?;
    let introduced = walk.introduced(&file, from, true)?;
    let mut open = Open::new();
    open.insert((walk.recorded(&file)?, file.node), (file, introduced, lines));
    while let Some((_, (file, rev, lines))) = open.pop_last() {
        let parents = walk.parents(&file)?;
        if parents.is_empty() {
            add(rev, &file.path, lines);
            continue;
        }
        let text = walk.filelog(&file.path)?.content_of(&file.node)?;
        let mut changed = false;
        for parent in parents {
            let before = walk.filelog(&parent.path)?.content_of(&parent.node)?;
            let (inside, earlier) = across(&before, &text, &lines, options)?;
            changed |= inside;
            if !earlier.is_empty() {
                let introduced = walk.introduced_below(&parent, rev)?;
                let key = (walk.recorded(&parent)?, parent.node);
                open.insert(key, (parent, introduced, earlier));
            }
        }
        if changed {
            add(rev, &file.path, lines);
        }
    }
    Ok(())
}

/// Whether something changed within `lines` of `new`, and the lines of `old` that they were.
fn across(old: &[u8], new: &[u8], lines: &Range<usize>, options: &DiffOptions) -> Outcome<(bool, Range<usize>)> {
    let (mut start, mut end) = (None, None);
    let mut changed = false;
    let (mut old_done, mut new_done) = (0, 0);
    for block in blocks_of_texts(old, new, options) {
        let gap = (old_done..block.old.start, new_done..block.new.start);
        (old_done, new_done) = (block.old.end, block.new.end);
        if !gap.0.is_empty() || !gap.1.is_empty() {
            if gap.1.contains(&lines.start) {
                start = Some(gap.0.start);
            }
            if gap.1.start < lines.end && lines.end <= gap.1.end {
                end = Some(gap.0.end);
            }
            changed |= lines.start < gap.1.end && gap.1.start < lines.end;
        }
        if block.new.contains(&lines.start) {
            start = Some(block.old.start + (lines.start - block.new.start));
        }
        if block.new.start < lines.end && lines.end <= block.new.end {
            end = Some(block.old.start + (lines.end - block.new.start));
        }
    }
    match (start, end) {
        (Some(start), Some(end)) if start <= end => Ok((changed, start..end)),
        _ => Err(exceeds()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_across_a_change() {
        let across =
            |old: &str, new: &str, lines| across(old.as_bytes(), new.as_bytes(), &lines, &DiffOptions::default());
        assert_eq!(across("a\nb\nc\n", "x\na\nb\nc\n", 1..3), Ok((false, 0..2)));
        assert_eq!(across("a\nb\nc\n", "a\nB\nc\n", 1..2), Ok((true, 1..2)));
        assert_eq!(across("a\nc\n", "a\nb\nc\n", 1..2), Ok((true, 1..1)));
        assert_eq!(across("a\nb\nc\n", "a\nc\n", 0..2), Ok((true, 0..3)));
        assert!(across("a\n", "a\n", 0..2).is_err());
    }
}
