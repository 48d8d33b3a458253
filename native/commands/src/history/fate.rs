//! What became of a rewritten changeset that is still visible, as `{obsfate}` and the default listing tell it: along a
//! chain of single rewritings. Where a changeset was rewritten more than once, legacy answers.

use crate::history::{Changeset, History};
use amalgam_formats::obsstore::Marker;
use amalgam_template::dates;
use amalgam_types::{Node, Outcome, Reason, Stop};
use std::collections::BTreeSet;

impl Changeset<'_, '_> {
    /// One line for each set of changesets that stands for this one; none where it was not rewritten.
    ///
    /// # Errors
    /// `ObsolescencePresent` for a fate that is not a chain of single rewritings.
    pub(super) fn fates(&self) -> Outcome<Vec<Vec<u8>>> {
        if !self.is_obsolete()? {
            return Ok(Vec::new());
        }
        if self.history.prepared.debug()? {
            return Err(self.uncertain("told of with whole ids"));
        }
        let markers = self.history.repository.markers()?;
        let mut path: Vec<&Marker> = Vec::new();
        let mut node = self.node;
        let successors = loop {
            let mut own = markers.iter().filter(|marker| marker.predecessor == node);
            let (Some(marker), None) = (own.next(), own.next()) else { return Err(self.uncertain("several times")) };
            path.push(marker);
            match marker.successors.as_slice() {
                // Pruned at once; what was rewritten first and then pruned is told in another way.
                [] if path.len() == 1 => break Vec::new(),
                [only] if self.history.shown(only)?.is_none() && path.len() < 100 => node = *only,
                successors => {
                    let shown = successors.iter().map(|successor| self.history.shown(successor));
                    let shown = shown.collect::<Outcome<Option<Vec<_>>>>()?;
                    break shown.filter(|all| !all.is_empty()).ok_or_else(|| self.uncertain("hidden now"))?;
                }
            }
        };
        Ok(vec![self.fate(&successors, &path)?])
    }

    fn fate(&self, successors: &[String], path: &[&Marker]) -> Outcome<Vec<u8>> {
        let verbose = self.history.prepared.verbose()?;
        let quiet = self.history.prepared.quiet()?;
        let noted = |key: &[u8]| -> BTreeSet<Vec<u8>> {
            let all = path.iter().flat_map(|marker| marker.metadata.iter().filter(|(name, _)| name == key));
            all.map(|(_, value)| value.clone()).filter(|value| !value.is_empty()).collect()
        };
        let joined = |values: BTreeSet<Vec<u8>>| values.into_iter().collect::<Vec<_>>().join(&b", "[..]);
        let mut line = match successors.len() {
            0 => b"pruned".to_vec(),
            1 => b"rewritten".to_vec(),
            _ => b"split".to_vec(),
        };
        let operations = noted(b"operation");
        if !operations.is_empty() {
            line.extend_from_slice(b" using ");
            line.extend_from_slice(&joined(operations));
        }
        if !successors.is_empty() {
            line.extend_from_slice(b" as ");
            line.extend_from_slice(successors.join(", ").as_bytes());
        }
        let mut users = noted(b"user");
        if users.len() == 1 && !verbose && users.contains(&self.history.user()?) {
            users.clear();
        }
        if !users.is_empty() && !quiet {
            line.extend_from_slice(b" by ");
            line.extend_from_slice(&joined(users));
        }
        if verbose {
            line.extend_from_slice(&when(path)?);
        }
        Ok(line)
    }
}

/// When the first and the last of some rewritings were.
fn when(path: &[&Marker]) -> Outcome<Vec<u8>> {
    let mut dates: Vec<(f64, i64)> = path.iter().map(|marker| marker.date).collect();
    dates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let shown = |(seconds, offset): (f64, i64)| dates::format(b"%Y-%m-%d %H:%M %1%2", seconds, offset);
    Ok(match dates.as_slice() {
        [] => Vec::new(),
        [first, .., last] if first != last => {
            [&b" (between "[..], &shown(*first)?, b" and ", shown(*last)?.as_slice(), b")"].concat()
        }
        [first, ..] => [&b" (at "[..], &shown(*first)?, b")"].concat(),
    })
}

impl History<'_> {
    /// How a changeset is named if it is there to be seen.
    fn shown(&self, node: &Node) -> Outcome<Option<String>> {
        match self.changelog.rev_of(node)? {
            Some(rev) if !self.visibility()?.is_hidden(rev) => Ok(Some(self.changeset(rev)?.id())),
            _ => Ok(None),
        }
    }

    /// Who legacy takes the user for.
    fn user(&self) -> Outcome<Vec<u8>> {
        let given = self.prepared.env.get("HGUSER").or_else(|| self.prepared.config.get("ui", "username"));
        let plain = given.filter(|user| !user.is_empty() && !user.contains(&b'$') && !user.contains(&b'\n'));
        plain.map(<[u8]>::to_vec).ok_or_else(|| Stop::unsupported(Reason::ConfigUnsupported, "the user's name"))
    }
}
