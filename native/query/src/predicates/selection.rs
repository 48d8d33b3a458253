//! Functions that pick from a set, order it, or name single revisions.

use super::Call;
use crate::evaluate::{Evaluation, Order, range_of_integers};
use crate::set::{Bits, Set};
use crate::strings;
use crate::tree::{arguments, error, integer, list as list_of, named, text};
use amalgam_formats::names::strip;
use amalgam_types::{AbortKind, NULL_REV, Node, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;

/// A longer file of ids is left to legacy.
const LONGEST_FILE: u64 = 64 << 20;

pub(super) fn all<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("all")?;
    let evaluation = call.evaluation;
    call.subset.and(&Set::span(0, evaluation.changelog.len(), &evaluation.hidden))
}

/// `wdir()`.
pub(super) fn working_directory<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("wdir")?;
    let rev = call.evaluation.working_directory()?;
    Ok(if call.evaluation.is_in(call.subset, rev)? { Set::list(vec![rev]) } else { Set::empty() })
}

pub(super) fn none<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("none")?;
    Ok(Set::empty())
}

/// `limit(set[, n[, offset]])` and `first`.
pub(super) fn limit<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let [set, number, offset] = named(call.argument, "limit", ["set", "n", "offset"])?;
    if set.is_none() {
        return Err(error("limit requires one to three arguments"));
    }
    let count =
        |tree: Option<_>, default| if tree.is_some() { integer(tree, "limit expects a number") } else { Ok(default) };
    let number = usize::try_from(count(number, 1)?).map_err(|_| error("negative number to select"))?;
    let offset = usize::try_from(count(offset, 0)?).map_err(|_| error("negative offset"))?;
    let taken = call.evaluation.all_of(set)?.slice(offset, offset.saturating_add(number))?;
    if call.order == Order::Follow && number > 1 { call.subset.and(&taken) } else { taken.and(call.subset) }
}

pub(super) fn last<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 1, 2, "last requires one or two arguments")?;
    let number = match arguments.get(1) {
        Some(number) => integer(*number, "last expects a number")?,
        None => 1,
    };
    let number = usize::try_from(number).map_err(|_| error("negative number to select"))?;
    let set = call.evaluation.all_of(arguments[0])?;
    set.reverse()?;
    let taken = set.slice(0, number)?;
    if call.order == Order::Follow && number > 1 {
        return call.subset.and(&taken);
    }
    taken.reverse()?;
    taken.and(call.subset)
}

pub(super) fn max<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let found = call.argument_set()?.max()?;
    one_of(call, found)
}

pub(super) fn min<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let found = call.argument_set()?.min()?;
    one_of(call, found)
}

fn one_of<'a>(call: &Call<'_, '_, 'a>, found: Option<Rev>) -> Outcome<Set<'a>> {
    Ok(match found {
        Some(rev) if call.subset.contains(rev)? => Set::list(vec![rev]),
        _ => Set::empty(),
    })
}

pub(super) fn reverse<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let set = call.evaluation.set(call.subset, call.argument, call.order)?;
    if call.order == Order::Define {
        set.reverse()?;
    }
    Ok(set)
}

pub(super) fn revset<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.evaluation.set(call.subset, call.argument, call.order)
}

pub(super) fn present<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    match call.evaluation.set(call.subset, call.argument, call.order) {
        Err(Stop::Abort(abort)) if abort.kind == AbortKind::Lookup => Ok(Set::empty()),
        Err(Stop::Unsupported(stop)) if stop.reason == Reason::RevisionHidden => Ok(Set::empty()),
        other => other,
    }
}

pub(super) fn expect_size<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let [set, size] = named(call.argument, "expectsize", ["set", "size"])?;
    if set.is_none() || size.is_none() {
        return Err(error("invalid set of arguments"));
    }
    let kind = "expectsize requires a size range or a positive integer";
    let most = i64::from(call.evaluation.changelog.len()) - call.evaluation.hidden.iter().count() as i64 + 1;
    let (low, high) = range_of_integers(size, kind, "size range bounds must be integers", Some(0), Some(most))?;
    if low < 0 || high < 0 {
        return Err(error("negative size"));
    }
    let set = call.evaluation.set(&call.evaluation.whole(), set, call.order)?;
    let got = set.len()? as i64;
    if low != high && (got < low || got > high) {
        let message = format!("revset size mismatch. expected between {low} and {high}, got {got}");
        return Err(Stop::abort(AbortKind::Lookup, message));
    }
    if low == high && got != low {
        return Err(Stop::abort(AbortKind::Lookup, format!("revset size mismatch. expected {low}, got {got}")));
    }
    if call.order == Order::Follow { call.subset.and(&set) } else { set.and(call.subset) }
}

/// `rev(n)`: nothing where there is no such revision.
pub(super) fn number<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    match known_number(call) {
        Err(Stop::Abort(abort)) if abort.kind == AbortKind::Lookup => Ok(Set::empty()),
        other => other,
    }
}

/// The same, for revisions that have to be there.
pub(super) fn known_number<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 1, 1, "rev requires one argument")?;
    let digits = text(arguments[0], "rev requires a number")?;
    let wanted = strings::integer(digits)?.ok_or_else(|| error("rev expects a number"))?;
    if wanted == i64::from(WDIR_REV) {
        return call.subset.and(&Set::list(vec![call.evaluation.working_directory()?]));
    }
    let rev = Rev::try_from(wanted).ok().filter(|&rev| is_known(call.evaluation, rev));
    let rev = rev.ok_or_else(|| Stop::abort(AbortKind::Lookup, format!("unknown revision '{wanted}'")))?;
    call.subset.and(&Set::list(vec![rev]))
}

fn is_known(evaluation: &Evaluation<'_>, rev: Rev) -> bool {
    rev == NULL_REV || (rev >= 0 && rev < evaluation.changelog.len() && !evaluation.hidden.contains(rev))
}

pub(super) fn id<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let arguments = arguments(call.argument, 1, 1, "id requires one argument")?;
    let digits = text(arguments[0], "id requires a string")?;
    let evaluation = call.evaluation;
    match evaluation.repository.by_id(evaluation.config(), digits)? {
        Some(rev) => Set::list(vec![rev]).and(call.subset),
        None => Ok(Set::empty()),
    }
}

/// `nodefromfile(path)`: `id()` of every line of a file.
pub(super) fn id_from_file<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let path = call.argument_text("nodefromfile require a file path")?;
    let evaluation = call.evaluation;
    let path_abs = evaluation.matching.cwd_abs.join(OsStr::from_bytes(path));
    // What can be read once only, or waits to be written, must not be opened here: legacy will.
    if std::fs::metadata(&path_abs).is_ok_and(|data| !data.is_file() || data.len() > LONGEST_FILE) {
        return Err(Stop::unsupported(Reason::FileUnsupported, "a file of ids that is no plain file"));
    }
    let file = File::open(path_abs).map_err(|error| {
        if error.kind() != ErrorKind::NotFound || path.is_empty() {
            return Stop::unsupported(Reason::FileUnsupported, error.to_string());
        }
        Stop::abort(
            AbortKind::Other,
            [b"cannot open nodes file \"".as_slice(), path, b"\": No such file or directory"].concat(),
        )
    })?;
    let mut text = Vec::new();
    file.take(LONGEST_FILE)
        .read_to_end(&mut text)
        .map_err(|error| Stop::unsupported(Reason::FileUnsupported, error.to_string()))?;
    let mut found = Bits::default();
    // An empty line stands for no changeset.
    for line in text.split(|&byte| byte == b'\n').map(strip).filter(|line| !line.is_empty()) {
        match evaluation.repository.by_id(evaluation.config(), line)? {
            Some(rev) if rev >= 0 => drop(found.insert(rev)),
            Some(_) => return Err(Stop::unsupported(Reason::RevsetPredicate, "nodefromfile of no changeset")),
            None => {}
        }
    }
    call.subset.and(&Set::sorted(&found))
}

/// Names that stood with `or` between them.
pub(super) fn list<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let names = call.argument_text("internal error")?;
    if call.order == Order::Follow {
        let found = list_in(call.evaluation, &call.evaluation.whole(), names)?;
        return call.subset.and(&found);
    }
    list_in(call.evaluation, call.subset, names)
}

fn list_in<'a>(evaluation: &Evaluation<'a>, subset: &Set<'a>, names: &[u8]) -> Outcome<Set<'a>> {
    if names.is_empty() {
        return Ok(Set::empty());
    }
    let mut seen = Bits::default();
    let mut out = Vec::new();
    for name in names.split(|&b| b == 0) {
        let plain = match strings::integer(name) {
            Ok(Some(number)) if number.to_string().as_bytes() == name => Rev::try_from(number).ok(),
            _ => None,
        };
        let revs = match plain.filter(|&rev| rev >= 0 && is_known(evaluation, rev)) {
            Some(rev) => vec![rev],
            None => evaluation.symbol(subset, name)?.to_vec()?,
        };
        for rev in revs {
            if seen.insert(rev) && evaluation.is_in(subset, rev)? {
                out.push(rev);
            }
        }
    }
    Ok(Set::list(out))
}

/// Revision numbers of the program's own.
pub(super) fn numbers<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    let text = call.argument_text("internal error")?;
    let mut revs = Vec::new();
    for number in text.split(|&b| b == 0).filter(|n| !n.is_empty()) {
        let number = strings::integer(number)?.and_then(|n| Rev::try_from(n).ok());
        let rev = number.ok_or_else(|| Stop::unsupported(Reason::RevisionExpression, "a list of no numbers"))?;
        let subset = if call.order == Order::Follow { call.evaluation.whole() } else { call.subset.clone() };
        if subset.contains(rev)? {
            revs.push(rev);
        }
    }
    let set = Set::list(revs);
    if call.order == Order::Follow { call.subset.and(&set) } else { Ok(set) }
}

pub(super) fn conflict_local<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("conflictlocal")?;
    let state = call.evaluation.repository.merge_state()?;
    merge_side(call, state.is_active(), state.local)
}

pub(super) fn conflict_other<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    call.no_arguments("conflictother")?;
    let state = call.evaluation.repository.merge_state()?;
    merge_side(call, state.is_active(), state.other)
}

fn merge_side<'a>(call: &Call<'_, '_, 'a>, active: bool, side: Option<Node>) -> Outcome<Set<'a>> {
    if !active {
        return Ok(Set::empty());
    }
    let Some(side) = side else {
        return Err(Stop::unsupported(Reason::RepositoryState, "a merge without both sides"));
    };
    match call.evaluation.changelog.rev_of(&side)? {
        Some(rev) if call.evaluation.hidden.contains(rev) => Ok(Set::empty()),
        Some(rev) => call.subset.and(&Set::sorted(&Bits::from_iter([rev]))),
        None => Ok(Set::empty()),
    }
}

/// `bundle()`: native opens no bundles.
pub(super) fn bundle<'a>(call: &Call<'_, '_, 'a>) -> Outcome<Set<'a>> {
    if !list_of(call.argument).is_empty() {
        return Err(Stop::unsupported(Reason::RevsetPredicate, "bundle"));
    }
    Err(Stop::abort(AbortKind::Other, "no bundle provided - specify with -R"))
}
