//! Ignore rules: `.hgignore` and the files that `ui.ignore` and `ui.ignore.*` name, with what they include, as the
//! legacy in front of us would read and match them.
//!
//! The hash that dirstate-v2 keeps is made of the files' contents (`rust_ignore`).

use crate::audit::{Audit, canonpath};
use crate::lines::{self, BadSyntax};
use crate::normalize::{Normalizer, read_regular};
use crate::paths::dirname;
use crate::piece::{self, KindPattern, Suffix};
use crate::rules::{Rule, Rules};
use crate::{Engine, MatchContext, PatternKind, rust_ignore, shape};
use amalgam_config::{expand_path, join_path, normalize_path};
use amalgam_types::{Outcome, Reason, Stop};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Files that include one another deeper than this make Python give up.
pub(crate) const MAX_DEPTH: usize = 50;

/// Decides what is ignored. Cheap questions, safe to ask from many threads.
pub struct IgnoreRules {
    tree: Tree,
    ignores_root: bool,
    root: PathBuf,
    files: Vec<PathBuf>,
    /// Where the rules were read as the Rust extension does: of the very bytes that they were made of.
    hash: Option<[u8; 20]>,
}

/// Rules, and those that hold only below a folder.
pub(crate) struct Tree {
    pub(crate) rules: Rules,
    /// A prefix, empty or ending in a slash, and the rules for what follows it.
    pub(crate) below: Vec<(Vec<u8>, Tree)>,
}

impl IgnoreRules {
    /// Reads the rules of a working directory. What makes legacy warn or abort is `Unsupported`.
    pub fn load(ctx: &MatchContext<'_>) -> Outcome<IgnoreRules> {
        let files = ignore_files(ctx)?;
        let (tree, hash) = match ctx.engine {
            Engine::PythonBytes => (python_tree(ctx.root.as_os_str().as_bytes(), &files)?, None),
            Engine::RustExtension => rust_ignore::tree(ctx.root, &files).map(|(tree, hash)| (tree, Some(hash)))?,
        };
        let ignores_root = ctx.engine == Engine::PythonBytes && tree.matches_root();
        Ok(IgnoreRules { tree, ignores_root, root: ctx.root.to_path_buf(), files, hash })
    }

    /// Whether `path` or any folder above it is ignored. The empty path is the root.
    pub fn is_ignored(&self, path: &[u8]) -> bool {
        self.ignores_root || (!path.is_empty() && self.tree.matches_or_parent(path))
    }

    /// Whether `path` is ignored, for a caller that knows that no folder above it is.
    pub fn matches_path(&self, path: &[u8]) -> bool {
        if path.is_empty() { self.ignores_root } else { self.tree.matches(path) }
    }

    /// Whether no rule exists.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// The files that hold the rules, as legacy names them, without those that they include.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The hash of the rules that dirstate-v2 keeps beside folder times. With the Python engine the files are read
    /// again for it; twenty `ff` bytes, which equal no real hash, where the Rust extension would refuse them.
    pub fn pattern_hash(&self) -> [u8; 20] {
        self.hash.unwrap_or_else(|| rust_ignore::pattern_hash(&self.root, &self.files).unwrap_or([0xff; 20]))
    }
}

impl Tree {
    fn matches(&self, path: &[u8]) -> bool {
        self.rules.matches(path) || self.any_below(path, Tree::matches)
    }

    fn matches_or_parent(&self, path: &[u8]) -> bool {
        self.rules.matches_or_parent(path) || self.any_below(path, Tree::matches_or_parent)
    }

    fn any_below(&self, path: &[u8], test: impl Fn(&Tree, &[u8]) -> bool) -> bool {
        self.below.iter().any(|(prefix, tree)| {
            path.strip_prefix(prefix.as_slice()).is_some_and(|rest| !rest.is_empty() && test(tree, rest))
        })
    }

    fn matches_root(&self) -> bool {
        self.rules.matches_root() || self.below.iter().any(|(prefix, tree)| prefix.is_empty() && tree.matches_root())
    }

    fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.below.iter().all(|(_, tree)| tree.is_empty())
    }
}

fn ignore_files(ctx: &MatchContext<'_>) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let own = ctx.root.join(".hgignore");
    match own.try_exists() {
        Ok(true) => files.push(own),
        Ok(false) => {}
        Err(error) => return Err(Stop::unsupported(Reason::PatternInvalid, format!(".hgignore: {}", error.kind()))),
    }
    let root = ctx.root.as_os_str().as_bytes();
    for (name, value) in ctx.config.items("ui") {
        if name == b"ignore" || name.starts_with(b"ignore.") {
            let path = join_path(root, &expand_path(ctx.env, value)?);
            files.push(PathBuf::from(OsStr::from_bytes(&path)));
        }
    }
    Ok(files)
}

/// Python reads all files as one list of patterns.
fn python_tree(root: &[u8], files: &[PathBuf]) -> Outcome<Tree> {
    let mut patterns = Vec::new();
    for file in files {
        patterns.extend(python_patterns(root, file.as_os_str().as_bytes(), true)?);
    }
    python_rules(root, patterns, 0)
}

/// The patterns of one file and of what it includes, normalised for a repository or folder at `root`.
fn python_patterns(root: &[u8], file: &[u8], warns: bool) -> Outcome<Vec<KindPattern>> {
    let cwd = join_path(root, b"");
    let process_cwd = Path::new("/");
    let normalizer = Normalizer { root, cwd: &cwd, process_cwd, audit: Audit::Disk, warns };
    let text = [b"include:", file].concat();
    normalizer.texts(&[text], PatternKind::Glob).map_err(|stop| match stop {
        Stop::Abort(abort) => {
            Stop::unsupported(Reason::PatternInvalid, String::from_utf8_lossy(&abort.message).into_owned())
        }
        other => other,
    })
}

fn python_rules(root: &[u8], patterns: Vec<KindPattern>, depth: usize) -> Outcome<Tree> {
    if depth > MAX_DEPTH {
        return Err(Stop::unsupported(Reason::PatternInvalid, "pattern files that include each other"));
    }
    let mut rules = Vec::new();
    let mut below: Vec<(Vec<u8>, Tree)> = Vec::new();
    for pattern in patterns {
        if pattern.kind == PatternKind::Subinclude {
            let (prefix, tree) = python_subinclude(root, &pattern, depth)?;
            // Python keeps one matcher for each prefix: the first.
            if !below.iter().any(|(other, _)| *other == prefix) {
                below.push((prefix, tree));
            }
            continue;
        }
        let parsed = piece::python(pattern.kind, &pattern.text, Suffix::SlashOrEnd)?;
        if parsed.global_flags {
            return Err(Stop::unsupported(Reason::PatternUnsupported, "flags that act on other patterns"));
        }
        rules.push(Rule { hir: piece::lower(&parsed.ast)?, shape: shape::of(&parsed.ast) });
    }
    Ok(Tree { rules: Rules::new(rules, Engine::PythonBytes)?, below })
}

fn python_subinclude(root: &[u8], pattern: &KindPattern, depth: usize) -> Outcome<(Vec<u8>, Tree)> {
    let unsupported = |what: &str| Stop::unsupported(Reason::PatternUnsupported, what);
    let source = normalize_path(&pattern.source);
    let file = join_path(dirname(&source), &pattern.text);
    let folder = dirname(&file).to_vec();
    if !folder.starts_with(b"/") {
        return Err(unsupported("subinclude in an included file"));
    }
    let mut prefix = canonpath(root, root, &folder, Audit::Disk)
        .map_err(|_| unsupported("subinclude of a folder that is not an ordinary part of the repository"))?;
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    let patterns = python_patterns(&folder, &file, false)?;
    Ok((prefix, python_rules(&folder, patterns, depth + 1)?))
}

/// A pattern file's lines as the Rust extension reads them; `None` when it does not exist.
pub(crate) fn rust_lines(file: &Path) -> Outcome<Option<(Vec<u8>, Vec<lines::Line>)>> {
    let Some(content) = read_regular(file)? else { return Ok(None) };
    let lines = lines::read(&content, Engine::RustExtension, BadSyntax::Warned, PatternKind::Relre)?;
    Ok(Some((content, lines)))
}
