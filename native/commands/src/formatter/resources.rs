//! What templates can ask where there is no repository to speak of: little more than an item's own fields.

use crate::history::calls::{configured, local_offset};
use crate::history::keywords::is_keyword;
use crate::{Prepared, Styles};
use amalgam_template::{At, Found, Resources, Value};
use amalgam_types::{Outcome, Reason, Rev, Stop};
use std::borrow::Cow;

/// The keywords that need no repository.
pub(super) struct Bare<'p> {
    prepared: &'p Prepared,
    styles: Option<Styles>,
}

impl<'p> Bare<'p> {
    pub(super) fn new(prepared: &'p Prepared, styles: Option<Styles>) -> Outcome<Self> {
        Ok(Bare { prepared, styles })
    }
}

impl Resources for Bare<'_> {
    fn keyword(&self, name: &[u8], _: &At<'_>) -> Outcome<Found> {
        let Ok(name) = std::str::from_utf8(name) else { return Ok(Found::Nothing) };
        if let Some(value) = crate::history::keywords::of_invocation(self.prepared, name)? {
            return Ok(Found::Value(value));
        }
        if name == "index" {
            return Err(Stop::unsupported(Reason::TemplateKeyword, "index outside of a list"));
        }
        if is_keyword(name) {
            return Ok(Found::Value(Value::None));
        }
        match self.prepared.loads_extensions {
            // One of them may bring keywords of its own.
            true => Err(Stop::unsupported(Reason::TemplateKeyword, format!("{name}, with extensions"))),
            false => Ok(Found::Nothing),
        }
    }

    fn call(&self, name: &str, arguments: &[Value], _: Option<Rev>) -> Outcome<Value> {
        match name {
            "config" | "configbool" | "configint" => configured(self.prepared, name, arguments),
            "localdate" => local_offset(self.prepared),
            _ => Err(without_repository(name)),
        }
    }

    fn show(&self, _: &[u8], _: Option<Rev>, _: &mut Vec<u8>) -> Outcome<bool> {
        Ok(false)
    }

    fn is_of_changeset(&self, _: &[u8]) -> bool {
        false
    }

    fn is_extended(&self) -> bool {
        self.prepared.loads_extensions
    }

    fn has_repository(&self) -> bool {
        false
    }

    fn paint<'t>(&self, text: &'t [u8], label: &str) -> Cow<'t, [u8]> {
        let painted = self.styles.as_ref().and_then(|styles| styles.render(text, label));
        painted.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    fn shows_whole_ids(&self) -> bool {
        self.prepared.debug().unwrap_or_default()
    }

    fn relative_path(&self, _: &[u8]) -> Outcome<Vec<u8>> {
        Err(without_repository("relpath"))
    }

    fn shortest(&self, _: &[u8], _: usize) -> Outcome<Vec<u8>> {
        Err(without_repository("shortest"))
    }
}

fn without_repository(function: &str) -> Stop {
    Stop::unsupported(Reason::TemplateFunction, format!("{function} without a repository"))
}
