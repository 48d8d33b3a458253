//! Shows changesets one after another in the form that was asked for.

use crate::Output;
use crate::formatter::{Form, Formatter, Machine, Spec};
use crate::history::copies::Copies;
use crate::history::keywords::Keywords;
use crate::history::printer::Printer;
use crate::history::template::{self, Rendered, Templates};
use crate::history::{History, fields};
use crate::patch::{FilesOf, Patches};
use amalgam_matching::Matcher;
use amalgam_template::Value;
use amalgam_types::{Outcome, Reason, Rev, Stop};

/// What shows changesets.
pub(crate) struct Displayer<'h, 'f> {
    history: &'h History<'h>,
    shape: Shape<'h>,
    patches: Option<Patches>,
    files: FilesOf<'f>,
    written: usize,
}

/// More than this is not kept back until all of it is certain.
const MOST: usize = 256 << 20;

enum Shape<'h> {
    Default(Printer),
    Formatter(&'h Formatter<'h>),
    Templates(Box<Templates<'h>>),
}

/// Calls `show` with the displayer that flags and settings ask for, and writes what belongs around the changesets.
///
/// # Errors
/// `TemplateStyle` and the other reasons of templates, and whatever `show` ends with.
pub(crate) fn with_displayer<'f>(
    history: &History<'_>,
    out: &mut Output<'_>,
    show: impl FnOnce(&mut Displayer<'_, 'f>, &mut Output<'_>) -> Outcome<()>,
) -> Outcome<()> {
    let patches = Patches::settle(history.prepared)?;
    match template::find(history.prepared, out)? {
        Spec::Plain => show(&mut Displayer::new(history, Shape::Default(Printer::new(history)?), patches), out),
        spec @ (Spec::Machine(Machine::Json | Machine::Cbor) | Spec::Fields(..)) => {
            let form = Form::of(history.prepared, "log", spec);
            form.show(Some(history), out, |formatter, out| {
                show(&mut Displayer::new(history, Shape::Formatter(formatter), None), out)
            })
        }
        spec => {
            let keywords = Keywords::new(history, out.styles().cloned())?;
            let templates = Templates::new(&spec, history, &keywords)?;
            out.write(&templates.start()?.unwrap_or_default());
            let mut displayer = Displayer::new(history, Shape::Templates(Box::new(templates)), patches);
            show(&mut displayer, out)?;
            if let Shape::Templates(mut templates) = displayer.shape {
                out.write(&templates.end()?);
            }
            Ok(())
        }
    }
}

impl<'h, 'f> Displayer<'h, 'f> {
    fn new(history: &'h History<'h>, shape: Shape<'h>, patches: Option<Patches>) -> Self {
        let files = FilesOf::Matching(Box::new(Matcher::always()));
        Displayer { history, shape, patches, files, written: 0 }
    }

    /// Leaves other files out of the patches.
    pub(crate) fn limit_patches(&mut self, files: FilesOf<'f>) {
        self.files = files;
    }

    /// Says which changesets are going to be shown, in order.
    pub(crate) fn expect(&mut self, revs: &[Rev]) {
        if let Some(patches) = &mut self.patches {
            patches.expect(revs);
        }
    }

    /// Writes one changeset.
    ///
    /// # Errors
    /// What reading it meets.
    pub(crate) fn show(&mut self, rev: Rev, copies: Option<&Copies>, out: &mut Output<'_>) -> Outcome<()> {
        if let Shape::Formatter(formatter) = &self.shape {
            let fields = fields::of(&self.history.changeset(rev)?, copies, &self.files, formatter)?;
            self.written += fields.names.iter().map(|(_, value)| length(value)).sum::<usize>();
            self.refuse_too_much()?;
            return formatter.item(fields, out);
        }
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
        self.render(rev, copies, Some(graph_width), out)
    }

    fn render(
        &mut self,
        rev: Rev,
        copies: Option<&Copies>,
        graph_width: Option<usize>,
        out: &Output<'_>,
    ) -> Outcome<Rendered> {
        let mut rendered = match &mut self.shape {
            Shape::Default(printer) => {
                let mut rendered = Rendered::default();
                printer.print(&self.history.changeset(rev)?, copies, out, &mut rendered.text)?;
                rendered
            }
            Shape::Formatter(_) => {
                return Err(Stop::unsupported(Reason::TemplateStyle, "a form for machines beside a graph"));
            }
            Shape::Templates(templates) => templates.show(rev, copies, graph_width)?,
        };
        let prepared = self.history.prepared;
        if let Some(patches) = &mut self.patches
            && !(matches!(self.shape, Shape::Default(_)) && prepared.quiet()?)
        {
            patches.add(prepared, rev, &self.files, graph_width.unwrap_or(0), out, &mut rendered.text)?;
            self.written += rendered.text.len();
            self.refuse_too_much()?;
        }
        Ok(rendered)
    }

    fn refuse_too_much(&self) -> Outcome<()> {
        match self.written > MOST {
            true => Err(Stop::unsupported(Reason::OutputUnsupported, "patches of so many changesets")),
            false => Ok(()),
        }
    }
}

fn length(value: &Value) -> usize {
    if let Value::Bytes(text) = value { text.len() } else { 0 }
}
