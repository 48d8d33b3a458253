//! A changeset as `-T json` shows it: its fields by name, sorted.

use crate::history::Changeset;
use crate::history::changesets::phase_name;
use crate::history::copies::Copies;
use amalgam_template::json;
use amalgam_types::Outcome;

/// Appends one changeset.
///
/// # Errors
/// What reading it meets.
pub(super) fn add(changeset: &Changeset<'_, '_>, copies: Option<&Copies>, out: &mut Vec<u8>) -> Outcome<()> {
    let prepared = changeset.history.prepared;
    let mut fields: Vec<(&str, Vec<u8>)> =
        vec![("rev", changeset.rev.to_string().into_bytes()), ("node", string(&changeset.node.hex()))];
    if !prepared.quiet()? {
        let date = changeset.date()?;
        let parents = changeset.parents()?;
        let parents = parents.into_iter().map(|rev| Ok(changeset.history.changeset(rev)?.node.hex().to_vec()));
        fields.extend([
            ("branch", string(&changeset.branch()?.0)),
            ("phase", string(phase_name(changeset.phase()?).as_bytes())),
            ("user", string(changeset.user()?)),
            ("date", format!("[{}, {}]", date.seconds.trunc(), date.offset).into_bytes()),
            ("desc", string(changeset.description()?)),
            ("bookmarks", list(changeset.bookmarks()?)),
            ("tags", list(changeset.tags()?)),
            ("parents", list(&parents.collect::<Outcome<Vec<_>>>()?)),
        ]);
        if prepared.verbose()? {
            let files: Vec<Vec<u8>> = changeset.entry()?.files().map(<[u8]>::to_vec).collect();
            fields.push(("files", list(&files)));
            if let Some(copies) = copies.filter(|copies| !copies.is_empty()) {
                let mut copies = copies.clone();
                copies.sort();
                let pairs: Vec<Vec<u8>> =
                    copies.iter().map(|(to, from)| [string(to), b": ".to_vec(), string(from)].concat()).collect();
                fields.push(("copies", [b"{", pairs.join(&b", "[..]).as_slice(), b"}"].concat()));
            }
        }
    }
    fields.sort_by_key(|(name, _)| *name);
    let lines: Vec<Vec<u8>> =
        fields.into_iter().map(|(name, value)| [format!("  \"{name}\": ").as_bytes(), &value].concat()).collect();
    out.extend_from_slice(b"\n {\n");
    out.extend_from_slice(&lines.join(&b",\n"[..]));
    out.extend_from_slice(b"\n }");
    Ok(())
}

fn string(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    json::string(text, false, &mut out);
    out
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let items: Vec<Vec<u8>> = items.iter().map(|item| string(item)).collect();
    [b"[", items.join(&b", "[..]).as_slice(), b"]"].concat()
}
