//! Traces the lines of a file to the file revisions that they come from.
//!
//! Every file revision is compared with those it was made from. A line that one of these has as well comes from there,
//! rather from the second than from the first; a line that none has is the revision's own.

use crate::history::History;
use amalgam_diff::DiffOptions;
use amalgam_diff::lines::Lines;
use amalgam_diff::matching::{Block, blocks_of_texts};
use amalgam_repo::{FileRev, FileWalk, Filelog};
use amalgam_types::{NULL_REV, Node, Outcome, Reason, Rev, Stop, WDIR_REV};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How many file revisions are read and compared side by side; so many texts are in memory at a time, and as many again
/// of what they were made from.
const AT_ONCE: usize = 32;

/// Where lines come from.
pub(super) struct Origin {
    pub(super) rev: Rev,
    pub(super) path: Vec<u8>,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Which of the origins.
    pub(super) origin: usize,
    /// Its number there, from 1.
    pub(super) number: usize,
    /// Another changeset than the one that is skipped answers for it.
    pub(super) skipped: bool,
}

/// The lines of a file.
pub(super) struct Annotated {
    pub(super) origins: Vec<Origin>,
    pub(super) lines: Vec<Line>,
}

/// What is common to the files of one changeset.
pub(super) struct Annotation<'a> {
    walk: FileWalk<'a>,
    rev: Rev,
    /// Whether each changeset is `rev` or below it.
    below: Vec<bool>,
    options: DiffOptions,
    skipped: HashSet<Rev>,
    follow: bool,
}

/// A file revision on the way to the file: by which changeset it was come to decides which one introduced it.
#[derive(Clone)]
struct Step {
    file: Arc<FileRev>,
    from: Rev,
    inclusive: bool,
}

/// A file revision to be annotated, after those it was made from.
struct Task {
    step: Step,
    parents: Vec<Arc<FileRev>>,
}

impl<'a> Annotation<'a> {
    pub(super) fn new(
        history: &History<'a>,
        rev: Rev,
        options: DiffOptions,
        skipped: HashSet<Rev>,
        follow: bool,
    ) -> Outcome<Self> {
        let mut below = vec![false; usize::try_from(rev + 1).unwrap_or(0)];
        if let Some(last) = below.last_mut() {
            *last = true;
            history.changelog.expect_scan();
        }
        for at in (0..below.len()).rev() {
            if below[at] {
                for parent in history.changelog.parents(at as Rev)?.into_iter().filter(|&parent| parent != NULL_REV) {
                    below[parent as usize] = true;
                }
            }
        }
        Ok(Annotation { walk: FileWalk::new(history.repository)?, rev, below, options, skipped, follow })
    }

    /// Annotates one file.
    ///
    /// # Errors
    /// What reading its history meets.
    pub(super) fn file(&mut self, path: &[u8], node: Node) -> Outcome<Annotated> {
        let file = Arc::new(FileRev { path: path.to_vec(), node });
        let tasks = self.tasks(file)?;
        let mut uses: HashMap<Arc<FileRev>, usize> = HashMap::new();
        for parent in tasks.iter().flat_map(|task| &task.parents) {
            *uses.entry(Arc::clone(parent)).or_default() += 1;
        }
        let mut done: HashMap<Arc<FileRev>, Vec<Line>> = HashMap::new();
        let mut last = Vec::new();
        for (chunk, tasks) in tasks.chunks(AT_ONCE).enumerate() {
            let compared = self.compare(tasks)?;
            for (at, (task, (count, blocks))) in tasks.iter().zip(compared).enumerate() {
                let own = chunk * AT_ONCE + at;
                let mut lines: Vec<Line> =
                    (1..=count).map(|number| Line { origin: own, number, skipped: false }).collect();
                let parents: Vec<(&[Line], &[Block])> = task
                    .parents
                    .iter()
                    .zip(&blocks)
                    .map(|(parent, blocks)| (done.get(parent).map_or(&[][..], Vec::as_slice), blocks.as_slice()))
                    .collect();
                take_over(&mut lines, &parents);
                if !self.skipped.is_empty() {
                    let rev = self.introduced(&task.step)?;
                    if self.skipped.contains(&rev) {
                        skip(&mut lines, own, &parents)?;
                    }
                }
                for parent in &task.parents {
                    if let Some(left) = uses.get_mut(parent) {
                        *left -= 1;
                        if *left == 0 {
                            done.remove(parent);
                        }
                    }
                }
                last = lines.clone();
                done.insert(Arc::clone(&task.step.file), lines);
            }
        }
        self.named(&tasks, last)
    }

    /// Annotates what a file of the working directory holds; `parent` is what it was made from.
    ///
    /// # Errors
    /// What reading its history meets.
    pub(super) fn working_file(&mut self, path: &[u8], content: &[u8], parent: Option<FileRev>) -> Outcome<Annotated> {
        let parent = parent.filter(|parent| self.follow || parent.path == path);
        let (mut annotated, before) = match &parent {
            None => (Annotated { origins: Vec::new(), lines: Vec::new() }, Vec::new()),
            Some(parent) => {
                (self.file(&parent.path, parent.node)?, self.walk.filelog(&parent.path)?.content_of(&parent.node)?)
            }
        };
        let own = annotated.origins.len();
        annotated.origins.push(Origin { rev: WDIR_REV, path: path.to_vec() });
        let count = Lines::of(content).len();
        let mut lines: Vec<Line> = (1..=count).map(|number| Line { origin: own, number, skipped: false }).collect();
        if parent.is_some() {
            take_over(&mut lines, &[(&annotated.lines, &blocks_of_texts(&before, content, &self.options))]);
        }
        annotated.lines = lines;
        Ok(annotated)
    }

    /// The changesets of those origins that lines come from.
    fn named(&mut self, tasks: &[Task], mut lines: Vec<Line>) -> Outcome<Annotated> {
        let mut origins = Vec::new();
        let mut known: HashMap<usize, usize> = HashMap::new();
        for line in &mut lines {
            let Some(task) = tasks.get(line.origin) else { continue };
            line.origin = match known.get(&line.origin) {
                Some(&at) => at,
                None => {
                    origins.push(Origin { rev: self.introduced(&task.step)?, path: task.step.file.path.clone() });
                    known.insert(line.origin, origins.len() - 1);
                    origins.len() - 1
                }
            };
        }
        Ok(Annotated { origins, lines })
    }

    fn introduced(&mut self, step: &Step) -> Outcome<Rev> {
        self.walk.introduced_among(&step.file, step.from, step.inclusive, Some(&self.below))
    }

    /// Everything that the file descends from, in an order in which each comes after what it was made from.
    fn tasks(&mut self, file: Arc<FileRev>) -> Outcome<Vec<Task>> {
        let base = Step { file, from: self.rev, inclusive: true };
        let mut parents: HashMap<Arc<FileRev>, Vec<Step>> = HashMap::new();
        let mut open = vec![base.clone()];
        while let Some(step) = open.pop() {
            if parents.contains_key(&step.file) {
                continue;
            }
            let from = self.introduced(&step)?;
            let mut made_of = Vec::new();
            for parent in self.walk.parents(&step.file)? {
                if self.follow || parent.path == step.file.path {
                    made_of.push(Step { file: Arc::new(parent), from, inclusive: false });
                }
            }
            open.extend(made_of.iter().filter(|parent| !parents.contains_key(&parent.file)).cloned());
            parents.insert(step.file, made_of);
        }
        let mut tasks = Vec::new();
        let mut done: HashSet<Arc<FileRev>> = HashSet::new();
        let mut open = vec![base];
        while let Some(step) = open.last().cloned() {
            if done.contains(&step.file) {
                open.pop();
                continue;
            }
            let made_of = parents.get(&step.file).map(Vec::as_slice).unwrap_or_default();
            let missing: Vec<Step> = made_of.iter().filter(|parent| !done.contains(&parent.file)).cloned().collect();
            if missing.is_empty() {
                open.pop();
                done.insert(Arc::clone(&step.file));
                let parents = made_of.iter().map(|parent| Arc::clone(&parent.file)).collect();
                tasks.push(Task { step, parents });
            } else {
                open.extend(missing);
            }
        }
        Ok(tasks)
    }

    /// For each task how many lines it has, and what it has in common with each of its parents.
    fn compare(&mut self, tasks: &[Task]) -> Outcome<Vec<(usize, Vec<Vec<Block>>)>> {
        let mut wanted: Vec<(Arc<FileRev>, Arc<Filelog>)> = Vec::new();
        let mut seen: HashSet<&Arc<FileRev>> = HashSet::new();
        for file in tasks.iter().flat_map(|task| task.parents.iter().chain([&task.step.file])) {
            if seen.insert(file) {
                wanted.push((Arc::clone(file), self.walk.filelog(&file.path)?));
            }
        }
        let read = |(file, filelog): &(Arc<FileRev>, Arc<Filelog>)| -> Outcome<(Arc<FileRev>, Vec<u8>)> {
            Ok((Arc::clone(file), filelog.content_of(&file.node)?))
        };
        let texts: HashMap<Arc<FileRev>, Vec<u8>> = wanted.par_iter().map(read).collect::<Outcome<_>>()?;
        let text = |file: &Arc<FileRev>| texts.get(file).map(Vec::as_slice).unwrap_or_default();
        let options = &self.options;
        let compared = tasks.par_iter().map(|task| {
            let new = text(&task.step.file);
            let blocks = task.parents.iter().map(|parent| blocks_of_texts(text(parent), new, options)).collect();
            (Lines::of(new).len(), blocks)
        });
        Ok(compared.collect())
    }
}

/// Lines that a parent has come from there; the last parent has the last word.
fn take_over(lines: &mut [Line], parents: &[(&[Line], &[Block])]) {
    for (theirs, blocks) in parents {
        for block in *blocks {
            if let (Some(to), Some(from)) = (lines.get_mut(block.new.clone()), theirs.get(block.old.clone())) {
                to.copy_from_slice(from);
            }
        }
    }
}

/// Gives every line that is still the skipped revision's own to a parent: line by line where a changed part is not
/// longer than what it replaced, and where it is, the last line stands for the rest.
fn skip(lines: &mut [Line], own: usize, parents: &[(&[Line], &[Block])]) -> Outcome<()> {
    for fitting in [true, false] {
        for (theirs, blocks) in parents.iter().rev() {
            let (mut old_end, mut new_end) = (0, 0);
            for block in *blocks {
                let (old, new) = (old_end..block.old.start, new_end..block.new.start);
                (old_end, new_end) = (block.old.end, block.new.end);
                if (old.len() >= new.len()) != fitting {
                    continue;
                }
                for at in new.clone() {
                    if lines[at].origin != own {
                        continue;
                    }
                    // Without a line to be replaced it is the one before that answers, and in front of all the last one.
                    let from = (old.start + (at - new.start)).min(old.end.wrapping_sub(1));
                    let from = if old.end == 0 { theirs.len().wrapping_sub(1) } else { from };
                    let Some(theirs) = theirs.get(from) else {
                        return Err(Stop::unsupported(Reason::OutputUnsupported, "skipping what came after nothing"));
                    };
                    lines[at] = Line { skipped: true, ..*theirs };
                }
            }
        }
    }
    Ok(())
}
