//! Functions about the lines of files.

use super::Call;
use crate::evaluate::range_of_integers;
use crate::pattern::split;
use crate::set::{Keep, Set};
use crate::tree::{Op, Tree, error, list, named, text};
use amalgam_matching::{LineSearch, MatchOptions, Matcher, PatternKind, canonical_path};
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop, WDIR_REV};

/// `diffcontains(pattern)`: changesets that change lines on which the pattern is.
pub(super) fn diff_contains<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    if list(call.argument).is_empty() {
        return Err(error("diffcontains takes at least 1 argument"));
    }
    let [pattern] = named(call.argument, "diffcontains", ["pattern"])?;
    let search = match split(text(pattern, "diffcontains requires a string pattern")?) {
        (true, regex) => LineSearch::new(regex, false)?,
        (false, literal) => LineSearch::new(&escaped(literal), false)?,
    };
    let contents = call.evaluation.contents("diffcontains")?;
    Ok(call.subset.filter(Keep::heavy(move |rev| Ok(rev != NULL_REV && contents.matches_differ(rev, &search)?))))
}

/// A text as a regular expression.
fn escaped(literal: &[u8]) -> Vec<u8> {
    let mut regex = Vec::with_capacity(literal.len());
    for &byte in literal {
        if byte.is_ascii_punctuation() && byte != b'_' {
            regex.push(b'\\');
        }
        regex.push(byte);
    }
    regex
}

/// `followlines(file, lines[, startrev=REV, descend=BOOL])`: changesets that changed these lines on their way to the
/// revision, or from there on.
pub(super) fn follow_lines<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = list(call.argument);
    let is_pair = |tree: &Option<&Tree>| tree.is_some_and(|tree| tree.parts(Op::KeyValue).is_some());
    // Any number of ranges may stand behind the file for the parser; the rest has names.
    let (plain, pairs) = arguments.split_at(arguments.iter().position(is_pair).unwrap_or(arguments.len()));
    let Some((file, lines)) = plain.split_first() else {
        return Err(error("followlines takes at least 1 positional arguments"));
    };
    let pairs = Tree::Node(Op::List, pairs.iter().map(|pair| pair.cloned()).collect());
    let [start, descend] = named(Some(&pairs), "followlines", ["startrev", "descend"])?;
    let [lines] = lines else { return Err(error("followlines requires a line range")) };
    let evaluation = call.evaluation;
    let rev = match start {
        None => evaluation.repository.working_revs()?[0],
        Some(start) => match evaluation.all_of(Some(start))?.to_vec()?.as_slice() {
            [only] => *only,
            _ => return Err(error("followlines expects exactly one revision")),
        },
    };
    let path = one_file(call, rev, text(*file, "followlines requires a pattern")?)?;
    let kind = "followlines expects a line number or a range";
    let (first, last) = range_of_integers(*lines, kind, "line range bounds must be integers", None, None)?;
    if last < first {
        return Err(error("line range must be positive"));
    }
    if first < 1 {
        return Err(error("fromline must be strictly positive"));
    }
    let place = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    // Legacy looks for the file first, and has words of its own for one that is not there.
    if descend.is_some()
        && (rev < 0 || rev == WDIR_REV || evaluation.repository.manifest_of(rev)?.get(&path)?.is_none())
    {
        return Err(Stop::unsupported(Reason::RevsetPredicate, "followlines of a file that is not there"));
    }
    let descend = match descend {
        None => false,
        Some(Tree::Symbol(word)) => {
            amalgam_config::parse_bool(word).ok_or_else(|| error("descend argument must be a boolean"))?
        }
        Some(_) => return Err(error("not a symbol")),
    };
    let contents = evaluation.contents("followlines")?;
    let lines = place(first - 1)..place(last);
    let found = match descend {
        true => contents.line_future(rev, &path, lines),
        false => contents.line_history(rev, &path, lines),
    };
    let mut found = found.map_err(|stop| match stop {
        // Legacy notices such things only when it comes to them.
        Stop::Abort(_) => Stop::unsupported(Reason::RevsetPredicate, "followlines of lines that are not there"),
        other => other,
    })?;
    found.sort_unstable();
    found.dedup();
    let stream = match descend {
        true => Set::stream(Box::new(found.into_iter().map(Ok)), true),
        false => Set::stream(Box::new(found.into_iter().rev().map(Ok)), false),
    };
    call.subset.and(&stream)
}

fn one_file(call: &Call<'_, '_, '_>, rev: Rev, pattern: &[u8]) -> Outcome<Vec<u8>> {
    let matching = &call.evaluation.matching;
    if PatternKind::split(pattern, PatternKind::Relpath).1.len() == pattern.len() {
        return canonical_path(matching, pattern);
    }
    let patterns = [pattern.to_vec()];
    let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Glob };
    let matcher = Matcher::for_query(matching, rev, &options)?;
    let mut found = None;
    for entry in call.evaluation.repository.manifest_of(rev)?.iter() {
        let entry = entry?;
        if matcher.matches(entry.path) && found.replace(entry.path.to_vec()).is_some() {
            found = None;
            break;
        }
    }
    found.ok_or_else(|| error("followlines expects exactly one file"))
}
