//! The functions of templates that ask the repository or the configuration.

use crate::Prepared;
use crate::defaults::{Default, default_of};
use crate::history::subset::Subset;
use crate::history::{Keywords, query, values};
use crate::options::version_of;
use crate::patch;
use crate::selection::missing_from;
use amalgam_config::Config;
use amalgam_matching::{MatchOptions, Matcher, PatternKind};
use amalgam_query::Clock;
use amalgam_template::{List, Mailmap, Map, Value, Whole};
use amalgam_types::{Outcome, Reason, Rev, Stop, WDIR_REV};
use std::io::ErrorKind;
use std::rc::Rc;

fn unsupported(detail: impl Into<String>) -> Stop {
    Stop::unsupported(Reason::TemplateFunction, detail)
}

/// `config()`, `configbool()` and `configint()`.
///
/// # Errors
/// `TemplateFunction` for a value that is not what it should be, and where legacy's own default is not certain.
pub(crate) fn configured(prepared: &Prepared, function: &str, arguments: &[Value]) -> Outcome<Value> {
    let [Value::Bytes(section), Value::Bytes(name), rest @ ..] = arguments else {
        return Err(unsupported(function));
    };
    let config: &Config = &prepared.config;
    let Some(given) = config.get(section.as_ref(), name.as_ref()) else {
        return match rest.first() {
            Some(default) => Ok(default.clone()),
            None => unset(prepared, function, section, name),
        };
    };
    match function {
        "config" => Ok(Value::text(given)),
        "configbool" => amalgam_config::parse_bool(given).map(Value::Bool).ok_or_else(|| unsupported("not a boolean")),
        _ => {
            let number = std::str::from_utf8(given).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            let number = number.and_then(|text| text.parse().ok());
            number.map(Value::Int).ok_or_else(|| unsupported("not a plain number"))
        }
    }
}

/// Mercurial 7.2.4 has no for a switch whose default it works out elsewhere, 6.9.5 has nothing.
const WORKED_OUT_IS_FALSE_SINCE: (u16, u16) = (7, 2);

/// The same of a setting that nothing sets.
fn unset(prepared: &Prepared, function: &str, section: &[u8], name: &[u8]) -> Outcome<Value> {
    if prepared.loads_extensions || prepared.config.get("devel", "all-warnings").is_some() {
        return Err(unsupported("a default that an extension may change, or of which legacy may warn"));
    }
    let default = default_of(&prepared.facts, section, name).map_err(|_| unsupported("the default of a setting"))?;
    match (function, default) {
        ("configbool", Default::WorkedOut) if version_of(&prepared.facts) < WORKED_OUT_IS_FALSE_SINCE => {
            Err(unsupported("a default that earlier releases leave out"))
        }
        ("configbool", Default::Unknown | Default::WorkedOut) => Ok(Value::Bool(false)),
        (_, Default::Unknown | Default::WorkedOut | Default::Is(Value::None)) => Ok(Value::None),
        ("config", Default::Is(value @ (Value::Bytes(_) | Value::Bool(_) | Value::Int(_)))) => Ok(value),
        ("configbool", Default::Is(value @ Value::Bool(_))) | ("configint", Default::Is(value @ Value::Int(_))) => {
            Ok(value)
        }
        ("configint", Default::Is(Value::Bool(yes))) => Ok(Value::Int(i64::from(yes))),
        _ => Err(unsupported("a default of another kind")),
    }
}

/// What `localdate()` of a date alone takes for its zone: the offset that holds now.
///
/// # Errors
/// `DateUnsupported` where the local time zone is not known.
pub(crate) fn local_offset(prepared: &Prepared) -> Outcome<Value> {
    Clock::new(&prepared.env)?.offset_now().map(Value::Int)
}

impl Keywords<'_, '_> {
    pub(super) fn called(&self, name: &str, arguments: &[Value], changeset: Option<Rev>) -> Outcome<Value> {
        let of_changeset = || changeset.filter(|&rev| rev != WDIR_REV).ok_or_else(|| unsupported(name));
        match (name, arguments) {
            ("config" | "configbool" | "configint", _) => configured(self.history.prepared, name, arguments),
            ("localdate", []) => local_offset(self.history.prepared),
            ("changes", [Value::Bytes(tag)]) => self.changes_since(of_changeset()?, tag).map(Value::Int),
            ("latesttag", []) => self.latest_tag_names(of_changeset()?, None),
            ("latesttag", [Value::Bytes(pattern)]) => self.latest_tag_names(of_changeset()?, Some(pattern)),
            ("files", [Value::Bytes(pattern)]) => self.files_matching(of_changeset()?, pattern),
            ("diff", [Value::Bytes(include), Value::Bytes(exclude)]) => {
                let rev = of_changeset()?;
                let prepared = self.history.prepared;
                let context = prepared.match_context()?;
                let [include, exclude] = [include, exclude].map(|given| match given.is_empty() {
                    true => Vec::new(),
                    false => vec![given.to_vec()],
                });
                let options =
                    MatchOptions { patterns: &[], include: &include, exclude: &exclude, default: PatternKind::Glob };
                let matcher = Matcher::for_revision(&context, rev, &options)?;
                patch::diff_for_template(prepared, rev, &matcher).map(Value::text)
            }
            ("mailmap", [Value::Bytes(author)]) => {
                let read = || match std::fs::read(self.history.repository.root().join(".mailmap")) {
                    Ok(text) => Ok(Mailmap::parse(&text)),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(Mailmap::default()),
                    Err(_) => Err(unsupported("mailmap with a .mailmap that cannot be read")),
                };
                let map = self.mailmap.get_or_init(read).as_ref().map_err(Clone::clone)?;
                Ok(Value::text(map.proper(author)))
            }
            ("revset", [Value::Bytes(query), rest @ ..]) => Ok(revisions(&self.queried_revs(query, rest)?, "revision")),
            ("subsetparents", [Value::Int(rev), Value::Bytes(query), rest @ ..]) => {
                self.subset_parents(*rev, query, rest)
            }
            _ => Err(unsupported(name)),
        }
    }

    /// The files of a changeset that `pattern` matches.
    fn files_matching(&self, rev: Rev, pattern: &Rc<[u8]>) -> Outcome<Value> {
        let prepared = self.history.prepared;
        let context = prepared.match_context()?;
        let patterns = [pattern.to_vec()];
        let options = MatchOptions { patterns: &patterns, include: &[], exclude: &[], default: PatternKind::Glob };
        let matcher = Matcher::for_revision(&context, rev, &options)?;
        self.history.repository.check_not_narrow()?;
        let manifest = self.history.repository.manifest_of(rev)?;
        if !missing_from(&manifest, &matcher)?.is_empty() {
            return Err(Stop::unsupported(Reason::WarningExpected, "a file that the revision does not have"));
        }
        let mut found = Vec::new();
        for entry in manifest.iter() {
            let entry = entry?;
            if matcher.matches(entry.path) {
                found.push(entry.path.to_vec());
            }
        }
        Ok(values::files(&found, "file", "files"))
    }

    fn queried_revs(&self, query: &[u8], arguments: &[Value]) -> Outcome<Rc<Vec<Rev>>> {
        // Even `.` alone is looked for among what is visible.
        self.history.visibility()?;
        if !arguments.is_empty() {
            return query::revisions(self.history, &[with_arguments(query, arguments)?]).map(Rc::new);
        }
        let known = self.queried.borrow().get(query).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let revs = Rc::new(query::revisions(self.history, &[query.to_vec()])?);
        self.queried.borrow_mut().insert(query.to_vec(), Rc::clone(&revs));
        Ok(revs)
    }

    fn subset_parents(&self, rev: i64, query: &[u8], arguments: &[Value]) -> Outcome<Value> {
        let known = self.subsets.borrow().get(query).filter(|_| arguments.is_empty()).cloned();
        let subset = match known {
            Some(known) => known,
            None => {
                let subset = Subset::new(&self.queried_revs(query, arguments)?)?;
                if arguments.is_empty() {
                    self.subsets.borrow_mut().insert(query.to_vec(), Rc::clone(&subset));
                }
                subset
            }
        };
        let parents = |rev| self.history.changelog.parents(rev);
        let found = Rev::try_from(rev).map_or(Ok(Vec::new()), |rev| subset.parents(rev, parents))?;
        Ok(revisions(&found, ""))
    }

    /// How a bisection marks a changeset.
    ///
    /// # Errors
    /// What reading its state meets.
    pub(super) fn bisect_label(&self, rev: Rev) -> Outcome<Value> {
        const LABELS: [(&str, &str); 8] = [
            ("good", "good"),
            ("bad", "bad"),
            ("skip", "skipped"),
            ("untested", "untested"),
            ("current", "untested"),
            ("ignored", "ignored"),
            ("goods", "good (implicit)"),
            ("bads", "bad (implicit)"),
        ];
        if self.history.repository.bisect_state()?.is_empty() {
            return Ok(Value::None);
        }
        for (set, label) in LABELS {
            if query::own(self.history, format!("bisect({set})").as_bytes())?.contains(&rev) {
                return Ok(Value::text(label));
            }
        }
        Ok(Value::None)
    }

    /// A changeset in one line, as messages name it.
    ///
    /// # Errors
    /// `TemplateKeyword` where a setting has another template for it.
    pub(super) fn one_line(&self, rev: Rev) -> Outcome<Value> {
        let config = &self.history.prepared.config;
        let own = config.get("command-templates", "oneline-summary").filter(|template| !template.is_empty());
        if own.is_some() || config.items("templatealias").next().is_some() {
            return Err(Stop::unsupported(Reason::TemplateKeyword, "onelinesummary by a setting"));
        }
        let changeset = self.history.changeset(rev)?;
        let paint = |text: &[u8], label: &str| {
            let painted = self.styles.as_ref().and_then(|styles| styles.render(text, label));
            painted.unwrap_or_else(|| text.to_vec())
        };
        let mut words = vec![paint(changeset.id().as_bytes(), "oneline-summary.changeset")];
        words.extend(changeset.bookmarks()?.iter().map(|name| paint(name, "oneline-summary.bookmarks")));
        words.extend(changeset.tags()?.into_iter().map(|name| paint(name, "oneline-summary.tags")));
        let description = amalgam_formats::names::strip(changeset.description()?);
        let first = description.split(|&byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        let text = [words.join(&b' ').as_slice(), b" \"", &paint(first, "oneline-summary.desc"), b"\""].concat();
        Ok(Value::text(text))
    }
}

/// Changesets as a query gives them to a template: an element has this name, where it has one.
fn revisions(revs: &[Rev], name: &'static str) -> Value {
    let mut list = List { values: vec![], keys: vec![], shown: vec![], maps: vec![], whole: Whole::Queried };
    for &rev in revs {
        let value = Value::Int(i64::from(rev));
        list.shown.push(Rc::from(rev.to_string().as_bytes()));
        let names = if name.is_empty() { vec![] } else { vec![(name.as_bytes(), value.clone())] };
        list.maps.push(Map { names, changeset: Some(rev), ..Map::default() });
        list.values.push(value);
    }
    if !name.is_empty() {
        list.whole = Whole::OldStyle { name: "revision", plural: "revisions", separator: " ", maps: None };
    }
    Value::List(Rc::new(list))
}

/// A query with its `%d` and `%s` filled in.
fn with_arguments(query: &[u8], arguments: &[Value]) -> Outcome<Vec<u8>> {
    let mut arguments = arguments.iter();
    let mut out = Vec::with_capacity(query.len());
    let mut bytes = query.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'%') => out.push(b'%'),
            Some(b'd') => match arguments.next() {
                Some(Value::Int(number)) => out.extend_from_slice(format!("_rev({number})").as_bytes()),
                _ => return Err(unsupported("revset with an argument that is not a number")),
            },
            Some(b's') => match arguments.next() {
                Some(Value::Bytes(text)) => out.extend_from_slice(&query::quoted(text)),
                _ => return Err(unsupported("revset with an argument that is not text")),
            },
            _ => return Err(unsupported("revset with an unusual argument")),
        }
    }
    match arguments.next() {
        None => Ok(out),
        Some(_) => Err(unsupported("revset with too many arguments")),
    }
}
