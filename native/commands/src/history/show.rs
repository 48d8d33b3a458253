//! Shows changesets one after another in the form that was asked for.

use crate::Output;
use crate::history::copies::Copies;
use crate::history::keywords::Keywords;
use crate::history::printer::Printer;
use crate::history::template::{Rendered, Spec, Templates};
use crate::history::{History, as_json};
use amalgam_types::{Outcome, Reason, Rev, Stop};

/// What shows changesets.
pub(crate) struct Displayer<'h> {
    history: &'h History<'h>,
    form: Form<'h>,
}

enum Form<'h> {
    Default(Printer),
    Json { first: bool },
    Templates(Box<Templates<'h>>),
}

/// Calls `show` with the displayer that flags and settings ask for, and writes what belongs around the changesets.
///
/// # Errors
/// `TemplateStyle` and the other reasons of templates, and whatever `show` ends with.
pub(crate) fn with_displayer(
    history: &History<'_>,
    out: &mut Output<'_>,
    show: impl FnOnce(&mut Displayer<'_>, &mut Output<'_>) -> Outcome<()>,
) -> Outcome<()> {
    let spec = Spec::find(history.prepared)?;
    let keywords;
    let form = match &spec {
        Spec::Default => Form::Default(Printer::new(history)?),
        Spec::Json => {
            out.write(b"[");
            Form::Json { first: true }
        }
        spec => {
            keywords = Keywords::new(history, out.styles().cloned())?;
            let templates = Templates::new(spec, history, &keywords)?;
            out.write(&templates.start()?.unwrap_or_default());
            Form::Templates(Box::new(templates))
        }
    };
    let mut displayer = Displayer { history, form };
    show(&mut displayer, out)?;
    match displayer.form {
        Form::Default(_) => {}
        Form::Json { .. } => out.write(b"\n]\n"),
        Form::Templates(mut templates) => out.write(&templates.end()?),
    }
    Ok(())
}

impl Displayer<'_> {
    /// Writes one changeset.
    ///
    /// # Errors
    /// What reading it meets.
    pub(crate) fn show(&mut self, rev: Rev, copies: Option<&Copies>, out: &mut Output<'_>) -> Outcome<()> {
        let rendered = self.render(rev, copies, None, out)?;
        if let Some(header) = rendered.header {
            out.write(&header);
        }
        out.write(&rendered.text);
        Ok(())
    }

    /// Renders one changeset beside a graph.
    ///
    /// # Errors
    /// `TemplateStyle` for a form that has no lines of its own.
    pub(crate) fn render_in_graph(
        &mut self,
        rev: Rev,
        copies: Option<&Copies>,
        graph_width: usize,
        out: &Output<'_>,
    ) -> Outcome<Rendered> {
        if matches!(self.form, Form::Json { .. }) {
            return Err(Stop::unsupported(Reason::TemplateStyle, "JSON beside a graph"));
        }
        self.render(rev, copies, Some(graph_width), out)
    }

    fn render(
        &mut self,
        rev: Rev,
        copies: Option<&Copies>,
        graph_width: Option<usize>,
        out: &Output<'_>,
    ) -> Outcome<Rendered> {
        match &mut self.form {
            Form::Default(printer) => {
                let mut rendered = Rendered::default();
                printer.print(&self.history.changeset(rev)?, copies, out, &mut rendered.text)?;
                Ok(rendered)
            }
            Form::Json { first } => {
                let mut rendered = Rendered::default();
                if !std::mem::take(first) {
                    rendered.text.push(b',');
                }
                as_json::add(&self.history.changeset(rev)?, copies, &mut rendered.text)?;
                Ok(rendered)
            }
            Form::Templates(templates) => templates.show(rev, copies, graph_width),
        }
    }
}
