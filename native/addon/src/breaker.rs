//! What is demoted on this machine, for people: the list, demoting by hand, and striking it out.

use crate::request::Request;
use amalgam_routing::breaker::{self, Until, file};
use amalgam_routing::environment::Layout;
use napi_derive::napi;
use std::path::PathBuf;

/// One entry of the breaker.
#[napi(object)]
pub struct Demotion {
    /// The cell, or a command's name for all of its cells.
    pub cell: String,
    /// `counting`, `demoted`, `probation` or `hand`.
    pub state: String,
    /// Until when, in milliseconds since 1970.
    pub until: Option<f64>,
    /// Mismatches so far.
    pub mismatches: u32,
    /// Clean comparisons in a row since.
    pub clean: u32,
    /// What was found.
    pub why: String,
}

/// The breaker as it stands.
#[napi(object)]
#[derive(Default)]
pub struct Demotions {
    /// Its file; absent where no variable says where it could be.
    pub file: Option<String>,
    /// What is wrong with the file: everything goes to Python then.
    pub broken: Option<String>,
    /// Its entries.
    pub entries: Vec<Demotion>,
}

fn place(request: &Request) -> Option<PathBuf> {
    Layout::of(&request.invocation().env).state.map(|state| file(&state))
}

/// What is demoted.
#[napi]
pub fn demotions(request: Request) -> Demotions {
    let Some(path) = place(&request) else { return Demotions::default() };
    let name = Some(crate::request::text(&path));
    let entries = match breaker::read(&path) {
        Ok(entries) => entries,
        Err(why) => return Demotions { file: name, broken: Some(why.to_owned()), entries: Vec::new() },
    };
    let now = breaker::now();
    let entries = entries.into_iter().map(|entry| {
        let (state, until) = match entry.until {
            Until::Counting => ("counting", None),
            Until::Hand => ("hand", None),
            Until::Time(until) => (if until <= now { "probation" } else { "demoted" }, Some(until as f64 * 1000.0)),
        };
        let breaker::Entry { cell, mismatches, clean, why, .. } = entry;
        Demotion { cell, state: state.to_owned(), until, mismatches, clean, why }
    });
    Demotions { file: name, broken: None, entries: entries.collect() }
}

/// Demotes a cell or a whole command; the error in words, if there is one.
#[napi]
pub fn demote(request: Request, cell: String, why: String) -> Option<String> {
    let Some(path) = place(&request) else { return Some(NO_PLACE.to_owned()) };
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| breaker::demote(&path, &cell, &why)).err().map(|error| error.to_string())
}

/// What came of striking out.
#[napi(object)]
pub struct Restored {
    /// How many entries are gone.
    pub entries: u32,
    /// The error in words, if there is one.
    pub error: Option<String>,
}

/// Strikes out what is held against a cell, or against all cells of a command.
#[napi]
pub fn restore(request: Request, cell: String) -> Restored {
    let Some(path) = place(&request) else { return Restored { entries: 0, error: Some(NO_PLACE.to_owned()) } };
    if !path.exists() {
        return Restored { entries: 0, error: None };
    }
    match breaker::restore(&path, &cell) {
        Ok(entries) => Restored { entries: u32::try_from(entries).unwrap_or(u32::MAX), error: None },
        Err(error) => Restored { entries: 0, error: Some(error.to_string()) },
    }
}

const NO_PLACE: &str = "neither HOME nor AMALGAM_HOME says where it would be kept";
