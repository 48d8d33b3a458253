//! The form in which changesets are printed when nothing else was asked for.

use crate::Output;
use crate::history::changesets::phase_name;
use crate::history::copies::Copies;
use crate::history::{Changeset, History};
use amalgam_formats::names;
use amalgam_template::{dates, string_escaped};
use amalgam_types::{Outcome, WDIR_REV};

/// The default printer.
pub(crate) struct Printer {
    quiet: bool,
    verbose: bool,
    debug: bool,
}

/// Text under construction, coloured as the output is.
struct Lines<'t, 'o, 's> {
    out: &'o Output<'s>,
    text: &'t mut Vec<u8>,
}

impl Lines<'_, '_, '_> {
    fn add(&mut self, parts: &[&[u8]], label: &str) {
        if self.out.is_colored() {
            self.text.extend_from_slice(&self.out.painted(&parts.concat(), label));
        } else {
            for part in parts {
                self.text.extend_from_slice(part);
            }
        }
    }

    fn line(&mut self, column: &[u8], value: &[u8], label: &str) {
        self.add(&[column, value, b"\n"], label);
    }
}

impl Printer {
    pub(crate) fn new(history: &History<'_>) -> Outcome<Self> {
        let prepared = history.prepared;
        Ok(Printer { quiet: prepared.quiet()?, verbose: prepared.verbose()?, debug: prepared.debug()? })
    }

    /// Appends one changeset to `text`.
    ///
    /// # Errors
    /// What reading the changeset meets, `ObsolescencePresent`.
    pub(crate) fn print(
        &self,
        changeset: &Changeset<'_, '_>,
        copies: Option<&Copies>,
        out: &Output<'_>,
        text: &mut Vec<u8>,
    ) -> Outcome<()> {
        let mut lines = Lines { out, text };
        if self.quiet {
            lines.line(b"", changeset.id().as_bytes(), "log.node");
            return Ok(());
        }
        if changeset.rev == WDIR_REV {
            // Legacy looks at the files whether they are shown or not, and records what it finds out.
            changeset.files()?;
        }
        let instabilities = changeset.instabilities()?;
        let mut label = format!("log.changeset changeset.{}", phase_name(changeset.phase()?));
        if changeset.is_obsolete()? {
            label.push_str(" changeset.obsolete");
        }
        if !instabilities.is_empty() {
            label.push_str(" changeset.unstable");
        }
        for instability in &instabilities {
            label.push_str(" instability.");
            label.push_str(instability);
        }
        lines.line(b"changeset:   ", changeset.id().as_bytes(), &label);
        let (branch, _) = changeset.branch()?;
        if branch != b"default" {
            lines.line(b"branch:      ", &branch, "log.branch");
        }
        for bookmark in changeset.bookmarks()? {
            lines.line(b"bookmark:    ", bookmark, "log.bookmark");
        }
        for tag in changeset.tags()? {
            lines.line(b"tag:         ", tag, "log.tag");
        }
        if self.debug {
            lines.line(b"phase:       ", phase_name(changeset.phase()?).as_bytes(), "log.phase");
        }
        for parent in changeset.meaningful_parents()? {
            let parent = changeset.history.changeset(parent)?;
            let label = format!("log.parent changeset.{}", phase_name(parent.phase()?));
            lines.line(b"parent:      ", parent.id().as_bytes(), &label);
        }
        if self.debug {
            let (rev, node) = changeset.manifest()?;
            lines.line(b"manifest:    ", format!("{rev}:{node}").as_bytes(), "ui.debug log.manifest");
        }
        lines.line(b"user:        ", changeset.user()?, "log.user");
        let date = changeset.date()?;
        lines.line(b"date:        ", &dates::default(date.seconds, date.offset)?, "log.date");
        if !instabilities.is_empty() {
            lines.line(b"instability: ", instabilities.join(", ").as_bytes(), "log.instability");
        }
        for fate in changeset.fates()? {
            lines.line(b"obsolete:    ", &fate, "log.obsfate");
        }
        if self.debug {
            let lists = changeset.file_lists()?;
            let columns: [&[u8]; 3] = [b"files:       ", b"files+:      ", b"files-:      "];
            for (column, files) in columns.into_iter().zip([&lists.modified, &lists.added, &lists.removed]) {
                if !files.is_empty() {
                    lines.line(column, &files.join(&b' '), "ui.debug log.files");
                }
            }
        } else if self.verbose {
            let files = changeset.files()?;
            if !files.is_empty() {
                lines.line(b"files:       ", &files.join(&b' '), "ui.note log.files");
            }
        }
        if self.verbose
            && let Some(copies) = copies.filter(|copies| !copies.is_empty())
        {
            let listed: Vec<Vec<u8>> = copies.iter().map(|(to, from)| [to, &b" ("[..], from, b")"].concat()).collect();
            lines.line(b"copies:      ", &listed.join(&b' '), "ui.note log.copies");
        }
        if self.debug {
            for (key, value) in changeset.extra()? {
                lines.line(
                    b"extra:       ",
                    &[key.as_slice(), b"=", &string_escaped(&value)].concat(),
                    "ui.debug log.extra",
                );
            }
        }
        let description = names::strip(changeset.description()?);
        if !description.is_empty() && self.verbose {
            lines.add(&[b"description:\n"], "ui.note log.description");
            lines.add(&[description], "ui.note log.description");
            lines.add(&[b"\n\n"], "");
        } else if let Some(first) = names::split_lines(description).next() {
            lines.line(b"summary:     ", first, "log.summary");
        }
        lines.add(&[b"\n"], "");
        Ok(())
    }
}
