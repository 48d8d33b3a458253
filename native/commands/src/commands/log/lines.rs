//! `log --follow --line-range`: the changesets that changed some lines of a file, found from the lines of today
//! backwards.

use crate::comparison::working_copy;
use crate::history::History;
use crate::line_range::LineRange;
use crate::patch::{LinesOf, settings_of_diffs};
use amalgam_diff::DiffOptions;
use amalgam_diff::matching::blocks_of_texts;
use amalgam_repo::{FileRev, FileWalk, SharedContent};
use amalgam_types::{AbortKind, Node, Outcome, Reason, Rev, Stop};
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
    ancestors(history, vec![(file, from, lines)], &options, &mut |rev, _, _| add(rev))
}

/// The changesets that changed `lines` of a file revision, which `from` has, after it: low to high, by the names that
/// the file revisions themselves give; and the one that introduced it, if it changed them.
///
/// # Errors
/// As [`changed`].
pub(crate) fn line_future(history: &History<'_>, file: &FileRev, from: Rev, lines: Range<usize>) -> Outcome<Vec<Rev>> {
    let options = settings(history)?;
    let mut walk = FileWalk::new(history.repository)?;
    // A child is compared with what was read for its parent.
    let filelog = history.repository.shared_filelog(&file.path)?;
    let content = |rev: Rev| filelog.shared_content_of(&filelog.node(rev)?);
    let start = filelog.known_rev(&file.node)?;
    let text = content(start)?;
    let parents = walk.parents(file)?;
    let mut brought = parents.is_empty();
    for parent in parents {
        let before = walk.filelog(&parent.path)?.content_of(&parent.node)?;
        brought |= across(&before, &text, &lines, &options)?.0;
    }
    let mut found = Vec::new();
    if brought {
        found.push(walk.introduced(file, from, true)?);
    }
    let mut reached: BTreeMap<Rev, Range<usize>> = BTreeMap::from([(start, lines)]);
    for child in start + 1..filelog.len() {
        let mut changed = false;
        let mut surrounding: Option<Range<usize>> = None;
        let parents = filelog.parents(child)?;
        let followed: Vec<_> = parents.iter().filter_map(|&parent| Some((parent, reached.get(&parent)?))).collect();
        let text = if followed.is_empty() { SharedContent::default() } else { content(child)? };
        for (parent, lines) in followed {
            let (inside, later) = across(&text, &content(parent)?, lines, &options)?;
            changed |= inside;
            surrounding = Some(match surrounding {
                None => later,
                Some(known) => known.start.min(later.start)..known.end.max(later.end),
            });
        }
        if let Some(lines) = surrounding {
            reached.insert(child, lines);
        }
        if changed {
            found.push(filelog.linkrev(child)?);
        }
    }
    let visibility = history.visibility()?;
    let is_shown = |rev: &Rev| (0..history.changelog.len()).contains(rev) && !visibility.is_hidden(*rev);
    if !found.iter().all(is_shown) || !found.is_sorted_by(|a, b| a < b) {
        return Err(Stop::unsupported(Reason::RevsetPredicate, "lines whose changesets are hidden or out of order"));
    }
    Ok(found)
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
        let start = in_parents(history, range, &options)?;
        let mut add = |rev: Rev, path: &[u8], lines: Range<usize>| {
            if among.contains(&rev) {
                found.entry(rev).or_default().entry(path.to_vec()).or_default().push(lines);
            }
        };
        ancestors(history, start, &options, &mut add)?;
    }
    Ok(found)
}

/// Lines of a file revision, and a changeset that has it.
type Start = (FileRev, Rev, Range<usize>);

/// Where the lines of a file of the working copy were in its parents; nowhere if they came with the file or with a
/// change that is not committed.
fn in_parents(history: &History<'_>, range: &LineRange, options: &DiffOptions) -> Outcome<Vec<Start>> {
    let (path, repository) = (&range.path, history.repository);
    let [p1, p2] = repository.working_revs()?;
    if !tracked_files(repository)?.contains(path) {
        return Err(Stop::abort(
            AbortKind::State,
            [b"cannot follow file not in parent revision: \"", path.as_slice(), b"\""].concat(),
        ));
    }
    let working_copy = working_copy(history.prepared)?;
    let copied = working_copy.dirstate()?.copies()?.into_iter().find(|(to, _)| to == path).map(|(_, from)| from);
    let mut before = Vec::new();
    for (name, parent) in [(copied.as_ref().unwrap_or(path), p1), (path, p2)] {
        match repository.manifest_of(parent)?.get(name)? {
            Some(entry) => before.push((FileRev { path: name.clone(), node: entry.node()? }, parent)),
            None if name != path => {
                return Err(Stop::unsupported(Reason::OutputUnsupported, "lines of a copy of what is not there"));
            }
            None => {}
        }
    }
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let Some(now) = working_copy.files()?.read_if_there(path, &mut Vec::new())? else {
        return Err(Stop::unsupported(Reason::FileUnsupported, "lines of a file that is missing"));
    };
    let mut found = Vec::new();
    for (file, parent) in before {
        let text = repository.file_content(&file.path, &file.node)?;
        let (_, lines) = across(&text, &now.content, &range.lines, options)?;
        if !lines.is_empty() {
            found.push((file, parent, lines));
        }
    }
    Ok(found)
}

fn exceeds() -> Stop {
    Stop::abort(AbortKind::Input, "line range exceeds file size")
}

/// A file revision to look at, under the changeset that recorded it.
type Open = BTreeMap<(Rev, Node), (FileRev, Rev, Range<usize>)>;

/// Takes a changeset, a file's name in it and lines of that file.
type Add<'a> = &'a mut dyn FnMut(Rev, &[u8], Range<usize>);

/// Hands over where lines of file revisions came from: changesets, names and the lines there.
fn ancestors(history: &History<'_>, start: Vec<Start>, options: &DiffOptions, add: Add<'_>) -> Outcome<()> {
    let mut walk = FileWalk::new(history.repository)?;
    let mut open = Open::new();
    for (file, from, lines) in start {
        let introduced = walk.introduced(&file, from, true)?;
        open.insert((walk.recorded(&file)?, file.node), (file, introduced, lines));
    }
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
        // Lines that have gone leave a place, which stays beside what is the same.
        let beside = block.new.start <= lines.start && lines.start <= block.new.end;
        if lines.is_empty() && !block.new.is_empty() && beside {
            start = Some(block.old.start + (lines.start - block.new.start));
            end = start;
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
        assert_eq!(across("x\na\nb\n", "a\nb\n", 0..0), Ok((false, 1..1)));
        assert_eq!(across("a\nb\n", "a\nb\n", 2..2), Ok((false, 2..2)));
        assert_eq!(across("a\nX\n", "a\nb\nc\n", 2..2), Ok((true, 1..2)));
        assert!(across("X\nb\n", "a\nb\n", 0..0).is_err());
    }
}
