//! Shows changesets one after another in the form that was asked for.

use crate::history::History;
use crate::history::printer::{Copies, Printer};
use crate::{Output, Prepared};
use amalgam_types::{Outcome, Reason, Rev, Stop};

/// What shows changesets.
pub(crate) struct Displayer<'h, 'a> {
    history: &'h History<'a>,
    printer: Printer,
}

impl<'h, 'a> Displayer<'h, 'a> {
    /// The displayer that flags and settings ask for.
    ///
    /// # Errors
    /// `OutputUnsupported` for a form without a native implementation.
    pub(crate) fn new(history: &'h History<'a>) -> Outcome<Self> {
        refuse(history.prepared)?;
        Ok(Displayer { history, printer: Printer::new(history)? })
    }

    /// Writes one changeset.
    ///
    /// # Errors
    /// What reading it meets.
    pub(crate) fn show(&mut self, rev: Rev, copies: Option<&Copies>, out: &mut Output<'_>) -> Outcome<()> {
        let mut text = Vec::new();
        self.printer.print(&self.history.changeset(rev)?, copies, out, &mut text)?;
        out.write(&text);
        Ok(())
    }

    /// Writes what comes after the last changeset.
    ///
    /// # Errors
    /// None for the default form.
    pub(crate) fn close(self, _out: &mut Output<'_>) -> Outcome<()> {
        Ok(())
    }
}

fn refuse(prepared: &Prepared) -> Outcome<()> {
    prepared.refuse_template()?;
    let config = &prepared.config;
    for (section, name) in [("command-templates", "log"), ("ui", "style")] {
        if config.get(section, name).is_some_and(|value| !value.is_empty()) {
            return Err(Stop::unsupported(Reason::OutputUnsupported, format!("{section}.{name}")));
        }
    }
    if prepared.parsed.value("style").is_some() {
        return Err(Stop::unsupported(Reason::OutputUnsupported, "--style"));
    }
    Ok(())
}
