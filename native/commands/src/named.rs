//! Files of the working directory that were named outright. Taken as a revision, the working directory has, for legacy,
//! also what it does not track and what was removed, wherever patterns or folders find it; native takes tracked files
//! by their names.

use crate::Prepared;
use crate::comparison::working_copy;
use crate::subrepositories::refuse_working_subrepositories;
use amalgam_matching::Matcher;
use amalgam_types::{Outcome, Reason, Stop};
use amalgam_worktree::{WorkingFile, tracked_files};

/// A file and what it holds.
pub(crate) struct Named {
    /// From the root.
    pub(crate) path: Vec<u8>,
    /// As it is now.
    pub(crate) file: WorkingFile,
}

/// The files that `matcher` names, sorted.
///
/// # Errors
/// `PathUnsupported` where anything but tracked files was named, `FileUnsupported` where one of them has gone.
pub(crate) fn files(prepared: &Prepared, matcher: &Matcher<'_>) -> Outcome<Vec<Named>> {
    let limited = !prepared.parsed.list("include").is_empty() || !prepared.parsed.list("exclude").is_empty();
    if matcher.is_always() || matcher.any_patterns() || limited {
        return Err(Stop::unsupported(Reason::PatternUnsupported, "patterns of the working directory as a revision"));
    }
    working_copy(prepared)?.check_sparse()?;
    let tracked = tracked_files(prepared.repository()?)?;
    refuse_working_subrepositories(prepared, &tracked)?;
    let mut paths: Vec<&Vec<u8>> = matcher.explicit_files().iter().collect();
    paths.sort_unstable();
    paths.dedup();
    let files = working_copy(prepared)?.files()?;
    let mut folder = Vec::new();
    let read = |path: &Vec<u8>| {
        let shown = || String::from_utf8_lossy(path);
        if !tracked.contains(path) {
            return Err(Stop::unsupported(Reason::PathUnsupported, shown()));
        }
        let file = files.read_if_there(path, &mut folder)?;
        let file = file.ok_or_else(|| Stop::unsupported(Reason::FileUnsupported, shown()))?;
        Ok(Named { path: path.clone(), file })
    };
    paths.into_iter().map(read).collect()
}
