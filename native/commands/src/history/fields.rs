//! A changeset as forms for machines show it: its fields by name.

use crate::formatter::Formatter;
use crate::history::Changeset;
use crate::history::changesets::phase_name;
use crate::history::copies::Copies;
use crate::history::pending;
use crate::patch::{self, FilesOf};
use amalgam_template::{DateForm, Map, Value};
use amalgam_types::{Outcome, WDIR_REV};
use std::rc::Rc;

/// The fields that are shown unasked, and those that the form's template asks for.
///
/// # Errors
/// What reading the changeset meets.
pub(super) fn of(
    changeset: &Changeset<'_, '_>,
    copies: Option<&Copies>,
    files: &FilesOf<'_>,
    formatter: &Formatter<'_>,
) -> Outcome<Map> {
    let prepared = changeset.history.prepared;
    let mut names: Vec<(&'static [u8], Value)> =
        vec![(b"rev", Value::Int(i64::from(changeset.rev))), (b"node", Value::text(changeset.node.hex()))];
    if prepared.quiet()? && formatter.wants_nothing_special() {
        return Ok(Map { names, changeset: Some(changeset.rev), ..Map::default() });
    }
    let date = changeset.date()?;
    let bookmarks = match changeset.rev {
        WDIR_REV => pending::bookmarks(changeset.history)?,
        _ => changeset.bookmarks()?.to_vec(),
    };
    let parents = changeset.parents()?;
    let parents = parents.into_iter().map(|rev| Ok((rev, changeset.history.changeset(rev)?.node.hex().to_vec())));
    names.extend([
        (&b"branch"[..], Value::text(changeset.branch()?.0)),
        (b"phase", Value::text(phase_name(changeset.phase()?))),
        (b"user", Value::text(changeset.user()?)),
        (b"date", Value::date(date.seconds, date.offset, DateForm::Pair)),
        (b"desc", Value::text(changeset.description()?)),
        (b"bookmarks", list(&bookmarks, b"bookmark")),
        (b"tags", list(&changeset.tags()?, b"tag")),
        (b"parents", Value::nodes(&parents.collect::<Outcome<Vec<_>>>()?)),
    ]);
    let debug = prepared.debug()?;
    if debug || formatter.wants("manifest") {
        names.push((b"manifest", Value::text(changeset.entry()?.manifest().hex())));
    }
    if debug || formatter.wants("extra") {
        let mut extra = changeset.entry()?.extra()?;
        if !extra.iter().any(|(key, _)| key == b"branch") {
            extra.push((b"branch".to_vec(), b"default".to_vec()));
        }
        let pairs = extra.into_iter().map(|(key, value)| (Rc::<[u8]>::from(key), Rc::<[u8]>::from(value)));
        names.push((b"extra", Value::dict(pairs, b"key", b"value")));
    }
    if debug || ["modified", "added", "removed"].into_iter().any(|name| formatter.wants(name)) {
        let lists = changeset.file_lists()?;
        names.extend([
            (&b"modified"[..], list(&lists.modified, b"file")),
            (b"added", list(&lists.added, b"file")),
            (b"removed", list(&lists.removed, b"file")),
        ]);
    }
    let verbose = prepared.verbose()? && !debug;
    if verbose || formatter.wants("files") {
        let files = changeset.files()?;
        names.push((b"files", list(&files, b"file")));
    }
    let copied = copies.filter(|copies| !copies.is_empty());
    if verbose && copied.is_some() || formatter.wants("copies") {
        let pairs = copied.into_iter().flatten();
        let pairs = pairs.map(|(to, from)| (Rc::<[u8]>::from(to.as_slice()), Rc::<[u8]>::from(from.as_slice())));
        names.push((b"copies", Value::dict(pairs, b"name", b"source")));
    }
    names.extend(patch::items(prepared, changeset.rev, files, formatter)?);
    Ok(Map { names, changeset: Some(changeset.rev), ..Map::default() })
}

fn list<T: AsRef<[u8]>>(texts: &[T], name: &'static [u8]) -> Value {
    Value::list(texts.iter().map(|text| Value::text(text.as_ref())).collect(), name, b" ")
}
