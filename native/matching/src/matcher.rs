//! Matchers: which paths a command is about, composed from patterns, `-I` and `-X` as Mercurial composes them, with
//! the explicit names that it reports when missing and the folders that a walk needs to enter.

use crate::audit::Audit;
use crate::compiled::{Compiled, PathSet, Roots, contains_or_parent};
use crate::normalize::Normalizer;
use crate::paths::ancestors;
use crate::piece::{self, KindPattern, Suffix};
use crate::sets::{Subject, split_sets};
use crate::{Engine, MatchContext, MatchOptions, PatternKind};
use amalgam_config::join_path;
use amalgam_types::{Outcome, Reason, Rev, Stop};
use std::borrow::Cow;
use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;

/// What a walk should do in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit<'a> {
    /// Nothing in it or below it can match.
    Nothing,
    /// Look at every entry.
    This,
    /// Look only at the entries with these names.
    Children(Cow<'a, PathSet>),
    /// Everything in it and below it matches.
    Recursive,
}

/// Decides which paths a command is about. Cheap questions, safe to ask from many threads.
pub struct Matcher<'a> {
    node: Node<'a>,
    files: Vec<Vec<u8>>,
    explicit: PathSet,
    /// Names that Python's matcher has and the Rust extension's has not.
    forgotten: Vec<Vec<u8>>,
}

enum Node<'a> {
    Always,
    Never,
    Exact { names: PathSet, children: HashMap<Box<[u8]>, PathSet> },
    Pattern(Pattern),
    Include(Include),
    Predicate(Predicate<'a>),
    Not(Box<Matcher<'a>>),
    Union(Vec<Matcher<'a>>),
    Intersection(Box<Matcher<'a>>, Box<Matcher<'a>>),
    Difference(Box<Matcher<'a>>, Box<Matcher<'a>>),
}

type Predicate<'a> = Box<dyn Fn(&[u8]) -> bool + Send + Sync + 'a>;

struct Pattern {
    compiled: Compiled,
    prefix: bool,
    trees: PathSet,
    folders: PathSet,
    parents: PathSet,
}

struct Include {
    compiled: Compiled,
    prefix: bool,
    trees: PathSet,
    folders: PathSet,
    children: HashMap<Box<[u8]>, PathSet>,
}

impl<'a> Matcher<'a> {
    /// Everything.
    pub fn always() -> Self {
        Matcher::of(Node::Always, Vec::new())
    }

    /// Nothing.
    pub fn never() -> Self {
        Matcher::of(Node::Never, Vec::new())
    }

    /// Exactly these files.
    pub fn exact(files: Vec<Vec<u8>>) -> Self {
        let names: PathSet = files.iter().map(|f| f.as_slice().into()).collect();
        let children = children_of(names.iter().map(|n| &**n), |_| true);
        Matcher::of(Node::Exact { names, children }, files)
    }

    /// The files for which `predicate` holds.
    pub fn predicate(predicate: impl Fn(&[u8]) -> bool + Send + Sync + 'a) -> Self {
        Matcher::of(Node::Predicate(Box::new(predicate)), Vec::new())
    }

    /// What any of `matchers` matches; it names no file outright, whatever they do. Of one it is that one.
    pub fn union(mut matchers: Vec<Matcher<'a>>) -> Self {
        match matchers.len() {
            0 => Matcher::never(),
            1 => matchers.remove(0),
            _ => Matcher::of(Node::Union(matchers), Vec::new()),
        }
    }

    /// What `self` does not match.
    pub fn negated(self) -> Self {
        Matcher::of(Node::Not(Box::new(self)), Vec::new())
    }

    /// For the working directory, matched as Mercurial's Python code does (`files`, `cat`, `locate`, ...), whatever
    /// the engine: paths are audited on disk.
    pub fn new(ctx: &MatchContext<'a>, options: &MatchOptions<'_>) -> Outcome<Self> {
        build(ctx, options, Audit::Disk, Engine::PythonBytes, Subject::WorkingCopy)
    }

    /// The same for a committed revision: names are audited, the disk is not.
    pub fn for_revision(ctx: &MatchContext<'a>, rev: Rev, options: &MatchOptions<'_>) -> Outcome<Self> {
        build(ctx, options, Audit::Text, Engine::PythonBytes, Subject::Revision(rev))
    }

    /// As [`Matcher::new`], but filesets are about `rev`: legacy's revision queries audit the disk all the same.
    pub fn for_query(ctx: &MatchContext<'a>, rev: Rev, options: &MatchOptions<'_>) -> Outcome<Self> {
        build(ctx, options, Audit::Disk, Engine::PythonBytes, Subject::Revision(rev))
    }

    /// For a status of the working directory, which the Rust extension, where `ctx.engine` says so, matches its own
    /// way.
    pub fn for_status(ctx: &MatchContext<'a>, options: &MatchOptions<'_>) -> Outcome<Self> {
        build(ctx, options, Audit::Disk, ctx.engine, Subject::WorkingCopy)
    }

    fn of(node: Node<'a>, files: Vec<Vec<u8>>) -> Self {
        let explicit = files.iter().map(|f| f.as_slice().into()).collect();
        Matcher { node, files, explicit, forgotten: Vec::new() }
    }

    /// Whether `path`, a file, is one of those that the command is about.
    pub fn matches(&self, path: &[u8]) -> bool {
        match &self.node {
            Node::Always => true,
            Node::Never => false,
            Node::Exact { names, .. } => names.contains(path),
            Node::Pattern(p) => p.trees.contains(path) || p.compiled.matches(path),
            Node::Include(i) => i.compiled.matches(path),
            Node::Predicate(holds) => holds(path),
            Node::Not(inner) => !inner.matches(path),
            Node::Union(all) => all.iter().any(|one| one.matches(path)),
            Node::Intersection(a, b) => a.matches(path) && b.matches(path),
            Node::Difference(a, b) => a.matches(path) && !b.matches(path),
        }
    }

    /// What a walk should do in `dir`, which is empty for the root.
    pub fn visit_dir(&self, dir: &[u8]) -> Visit<'_> {
        match &self.node {
            Node::Always => Visit::Recursive,
            Node::Never => Visit::Nothing,
            Node::Exact { children, .. } => visit_children(children, dir),
            Node::Pattern(p) if p.prefix && p.trees.contains(dir) => Visit::Recursive,
            Node::Pattern(p) => {
                let inside = |set| contains_or_parent(set, dir);
                if p.parents.contains(dir) || inside(&p.trees) || inside(&p.folders) {
                    Visit::This
                } else {
                    Visit::Nothing
                }
            }
            Node::Include(i) if i.prefix && i.trees.contains(dir) => Visit::Recursive,
            Node::Include(i) => {
                let everywhere = i.trees.contains(b"".as_slice());
                if everywhere || i.folders.contains(dir) || contains_or_parent(&i.trees, dir) {
                    Visit::This
                } else {
                    visit_children(&i.children, dir)
                }
            }
            Node::Predicate(_) | Node::Not(_) => Visit::This,
            Node::Union(all) => all.iter().map(|one| one.visit_dir(dir)).fold(Visit::Nothing, unite_visits),
            Node::Intersection(a, b) => intersect_visits(a.visit_dir(dir), || b.visit_dir(dir)),
            Node::Difference(a, b) => match b.visit_dir(dir) {
                Visit::Recursive => Visit::Nothing,
                Visit::Nothing => a.visit_dir(dir),
                _ => match a.visit_dir(dir) {
                    Visit::Recursive => Visit::This,
                    other => other,
                },
            },
        }
    }

    /// Mercurial's `match.files()`: the names and folders that the patterns start from, in its order, which a walk
    /// looks at one by one and reports when they are missing. Empty texts stand for the root.
    pub fn explicit_files(&self) -> &[Vec<u8>] {
        &self.files
    }

    /// `explicit_files` as Python's matcher has them, also where the Rust extension forgets them.
    pub fn names(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.files.iter().chain(&self.forgotten)
    }

    /// Whether `path` is one of `explicit_files` (Mercurial's `match.exact`).
    pub fn is_explicit(&self, path: &[u8]) -> bool {
        self.explicit.contains(path)
    }

    /// Whether legacy says so where a name that a walk is to look at is missing. A union of matchers never does, nor what
    /// is made of it.
    pub fn reports_missing(&self) -> bool {
        match &self.node {
            Node::Union(_) => false,
            Node::Intersection(first, _) | Node::Difference(first, _) => first.reports_missing(),
            _ => true,
        }
    }

    /// Whether everything matches and that is known without asking.
    pub fn is_always(&self) -> bool {
        match &self.node {
            Node::Always => true,
            Node::Intersection(a, b) => a.is_always() && b.is_always(),
            _ => false,
        }
    }

    /// Whether exactly `explicit_files` match.
    pub fn is_exact(&self) -> bool {
        match &self.node {
            Node::Never | Node::Exact { .. } => true,
            Node::Intersection(a, b) => a.is_exact() || b.is_exact(),
            Node::Difference(a, _) => a.is_exact(),
            _ => false,
        }
    }

    /// Whether `explicit_files` and everything below them match. Mercurial says no for `-I` alone.
    pub fn prefix(&self) -> bool {
        match &self.node {
            Node::Never => true,
            Node::Pattern(p) => p.prefix,
            _ => false,
        }
    }

    /// Whether none of the simple cases holds (Mercurial's `anypats`).
    pub fn any_patterns(&self) -> bool {
        !self.is_always() && !self.is_exact() && !self.prefix()
    }

    /// What both match; the result speaks for `self` where names are reported.
    pub fn intersect(self, other: Matcher<'a>) -> Self {
        if self.is_always() {
            return other;
        }
        if other.is_always() {
            return self;
        }
        let keep =
            |from: &Matcher<'_>, by: &Matcher<'_>| from.files.iter().filter(|f| by.matches(f)).cloned().collect();
        let files = match (self.is_exact(), other.is_exact()) {
            (true, _) => keep(&self, &other),
            (false, true) => keep(&other, &self),
            (false, false) => [self.files.as_slice(), &other.files].concat(),
        };
        Matcher::of(Node::Intersection(Box::new(self), Box::new(other)), files)
    }

    /// What `self` matches and `other` does not.
    pub fn difference(self, other: Matcher<'a>) -> Self {
        let mut files = self.files.clone();
        if self.is_exact() {
            files.retain(|f| !other.matches(f));
        }
        Matcher::of(Node::Difference(Box::new(self), Box::new(other)), files)
    }
}

fn build<'a>(
    ctx: &MatchContext<'a>,
    options: &MatchOptions<'_>,
    audit: Audit,
    engine: Engine,
    subject: Subject,
) -> Outcome<Matcher<'a>> {
    let root = ctx.root.as_os_str().as_bytes();
    let cwd = join_path(root, ctx.cwd);
    let normalizer = Normalizer { root, cwd: &cwd, process_cwd: ctx.cwd_abs, audit, warns: false };
    let with_sets = |patterns: Vec<KindPattern>, of_others: fn(Vec<KindPattern>, Engine) -> Outcome<Matcher<'a>>| {
        let (sets, others) = split_sets(patterns);
        if sets.is_empty() {
            return of_others(others, engine);
        }
        if engine == Engine::RustExtension {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "set"));
        }
        let mut all = Vec::with_capacity(sets.len() + 1);
        if !others.is_empty() {
            all.push(of_others(others, engine)?);
        }
        for expression in sets {
            let known = ctx.sets.ok_or_else(|| Stop::unsupported(Reason::PatternUnsupported, "set"))?;
            all.push(known.matcher(&expression, subject)?);
        }
        Ok(Matcher::union(all))
    };
    let mut matcher = Matcher::always();
    if !options.patterns.is_empty() {
        let patterns = normalizer.texts(options.patterns, options.default)?;
        let always = |p: &KindPattern| p.text.is_empty() && matches!(p.kind, PatternKind::Relpath | PatternKind::Glob);
        if !patterns.iter().all(always) {
            matcher = with_sets(patterns, pattern_matcher)?;
        }
    }
    if !options.include.is_empty() {
        let include = normalizer.texts(options.include, PatternKind::Glob)?;
        matcher = matcher.intersect(with_sets(include, include_matcher)?);
    }
    if !options.exclude.is_empty() {
        let exclude = normalizer.texts(options.exclude, PatternKind::Glob)?;
        matcher = matcher.difference(with_sets(exclude, include_matcher)?);
        if engine == Engine::RustExtension && !matcher.is_exact() {
            // The extension forgets the names of what is excluded from, and so never reports them missing.
            matcher = Matcher { forgotten: matcher.files, ..Matcher::of(matcher.node, Vec::new()) };
        }
    }
    Ok(matcher)
}

fn pattern_matcher<'a>(mut patterns: Vec<KindPattern>, engine: Engine) -> Outcome<Matcher<'a>> {
    piece::sort(&mut patterns);
    let compiled = Compiled::new(&patterns, Suffix::End, engine)?;
    let roots = Roots::of(&patterns)?;
    let prefix = patterns.iter().all(is_tree);
    let pattern = Pattern {
        compiled,
        prefix,
        trees: roots.trees.iter().map(|t| t.as_slice().into()).collect(),
        folders: roots.folders,
        parents: roots.parents,
    };
    Ok(Matcher::of(Node::Pattern(pattern), roots.trees))
}

fn include_matcher<'a>(patterns: Vec<KindPattern>, engine: Engine) -> Outcome<Matcher<'a>> {
    if patterns.is_empty() {
        return Ok(Matcher::never());
    }
    let compiled = Compiled::new(&patterns, Suffix::SlashOrEnd, engine)?;
    let roots = Roots::of(&patterns)?;
    let trees: PathSet = roots.trees.iter().map(|t| t.as_slice().into()).collect();
    let everything = trees.iter().chain(&roots.folders).chain(&roots.parents).map(|p| &**p);
    let children = children_of(everything, |dir| roots.parents.contains(dir));
    let prefix = patterns.iter().all(is_tree);
    let include = Include { compiled, prefix, trees, folders: roots.folders, children };
    Ok(Matcher::of(Node::Include(include), Vec::new()))
}

fn is_tree(pattern: &KindPattern) -> bool {
    matches!(pattern.kind, PatternKind::Path | PatternKind::Relpath)
}

/// For each folder that `wanted` accepts, the names in it that lead to one of `paths`.
fn children_of<'p>(
    paths: impl Iterator<Item = &'p [u8]>,
    wanted: impl Fn(&[u8]) -> bool,
) -> HashMap<Box<[u8]>, PathSet> {
    let mut children: HashMap<Box<[u8]>, PathSet> = HashMap::new();
    for path in paths.filter(|p| !p.is_empty()) {
        let mut below = path;
        for dir in ancestors(path) {
            let name = below[dir.len()..].strip_prefix(b"/").unwrap_or(&below[dir.len()..]);
            if wanted(dir) {
                children.entry(dir.into()).or_default().insert(name.into());
            }
            below = dir;
        }
    }
    children
}

fn visit_children<'a>(children: &'a HashMap<Box<[u8]>, PathSet>, dir: &[u8]) -> Visit<'a> {
    match children.get(dir) {
        Some(names) if !names.is_empty() => Visit::Children(Cow::Borrowed(names)),
        _ => Visit::Nothing,
    }
}

fn intersect_visits<'a>(a: Visit<'a>, b: impl FnOnce() -> Visit<'a>) -> Visit<'a> {
    if a == Visit::Nothing {
        return a;
    }
    match (a, b()) {
        (_, Visit::Nothing) => Visit::Nothing,
        (Visit::Recursive, other) | (other, Visit::Recursive) => other,
        (Visit::Children(a), Visit::Children(b)) => {
            let both: PathSet = a.intersection(&b).cloned().collect();
            if both.is_empty() { Visit::Nothing } else { Visit::Children(Cow::Owned(both)) }
        }
        _ => Visit::This,
    }
}

fn unite_visits<'v>(a: Visit<'v>, b: Visit<'v>) -> Visit<'v> {
    match (a, b) {
        (Visit::Nothing, other) | (other, Visit::Nothing) => other,
        (Visit::Recursive, _) | (_, Visit::Recursive) => Visit::Recursive,
        (Visit::Children(a), Visit::Children(b)) => Visit::Children(Cow::Owned(a.union(&b).cloned().collect())),
        _ => Visit::This,
    }
}
