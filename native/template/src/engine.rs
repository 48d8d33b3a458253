//! A set of templates that know each other, and what they are rendered with.

use crate::compile::{Aliases, Node, add_mapped, compile};
use crate::render::Scope;
use crate::syntax::{invalid, parse};
use crate::value::{Map, Value};
use amalgam_types::{Outcome, Rev, Stop};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What a keyword stands for.
pub enum Found {
    /// This.
    Value(Value),
    /// There is no such keyword here.
    Nothing,
}

/// What a keyword speaks of.
#[derive(Debug, Clone, Copy)]
pub struct At<'s> {
    /// The changeset.
    pub changeset: Option<Rev>,
    /// Whether it belongs to a repository.
    pub repository: bool,
    /// Whether the changeset is not the one that is shown but one that a template came to from there.
    pub nested: bool,
    /// The file, for the keywords of one.
    pub path: Option<&'s [u8]>,
}

/// What a template can ask about the world.
pub trait Resources {
    /// The value of a keyword.
    ///
    /// # Errors
    /// `TemplateKeyword` for one that only legacy has.
    fn keyword(&self, name: &[u8], at: &At<'_>) -> Outcome<Found>;

    /// What a function makes that asks the world and not only its arguments.
    ///
    /// # Errors
    /// `TemplateFunction` for one that only legacy has, and what else keeps native from answering.
    fn call(&self, name: &str, arguments: &[Value], changeset: Option<Rev>) -> Outcome<Value>;

    /// Appends what a keyword shows, where that is quicker than by its value; `false` where it is not.
    ///
    /// # Errors
    /// As [`Resources::keyword`].
    fn show(&self, name: &[u8], changeset: Option<Rev>, out: &mut Vec<u8>) -> Outcome<bool>;

    /// Whether a keyword speaks of a changeset.
    fn is_of_changeset(&self, name: &[u8]) -> bool;

    /// Whether there may be functions and filters that Mercurial itself does not have.
    fn is_extended(&self) -> bool;

    /// Whether there is a repository at all.
    fn has_repository(&self) -> bool;

    /// `text` with the effects of `label`.
    fn paint<'t>(&self, text: &'t [u8], label: &str) -> Cow<'t, [u8]>;

    /// Whether `formatnode` leaves ids as they are, as it does under `--debug`.
    fn shows_whole_ids(&self) -> bool;

    /// A path as seen from where the process stands.
    ///
    /// # Errors
    /// When that cannot be told.
    fn relative_path(&self, path: &[u8]) -> Outcome<Vec<u8>>;

    /// The shortest start of a changeset's id that nothing else has, at least `least` digits.
    ///
    /// # Errors
    /// What looking it up meets.
    fn shortest(&self, id: &[u8], least: usize) -> Outcome<Vec<u8>>;
}

/// Templates that legacy has for elements of lists, as long as nothing else is defined.
const DEFAULTS: [(&str, &str); 6] = [
    ("parent", "{rev}:{node|formatnode} "),
    ("manifest", "{rev}:{node|formatnode}"),
    ("file_copy", "{name} ({source})"),
    ("envvar", "{key}={value}"),
    ("extra", "{key}={value|stringescape}"),
    ("filecopy", "{name} ({source})"),
];

/// Templates by name.
pub struct Engine<'r> {
    pub(crate) resources: &'r dyn Resources,
    sources: HashMap<Vec<u8>, Vec<u8>>,
    aliases: Aliases,
    compiled: RefCell<HashMap<Vec<u8>, Rc<Node>>>,
    literals: RefCell<HashMap<&'static str, Rc<Node>>>,
}

impl<'r> Engine<'r> {
    /// An engine with legacy's own templates.
    pub fn new(resources: &'r dyn Resources) -> Self {
        let sources =
            DEFAULTS.iter().map(|(name, text)| (name.as_bytes().to_vec(), text.as_bytes().to_vec())).collect();
        Engine {
            resources,
            sources,
            aliases: Aliases::default(),
            compiled: RefCell::default(),
            literals: RefCell::default(),
        }
    }

    /// Adds or replaces a template.
    pub fn define(&mut self, name: &[u8], template: &[u8]) {
        self.sources.insert(name.to_vec(), template.to_vec());
    }

    /// Adds an alias.
    ///
    /// # Errors
    /// `TemplateInvalid`.
    pub fn define_alias(&mut self, declaration: &[u8], definition: &[u8]) -> Outcome<()> {
        self.aliases.add(declaration, definition)
    }

    /// Whether there is a template of this name.
    pub fn has(&self, name: &[u8]) -> bool {
        self.sources.contains_key(name)
    }

    /// Appends what the template `name` shows under the names of `map`.
    ///
    /// # Errors
    /// `TemplateInvalid` and what else keeps native from rendering it.
    pub fn render(&self, name: &[u8], map: &Map, index: Option<usize>, out: &mut Vec<u8>) -> Outcome<()> {
        let Some(template) = self.template(name)? else { return Ok(()) };
        self.show(&template, &Scope { map, index, outer: None, template: Some(name), depth: 0 }, out)
    }

    /// The names that the template `name` and those that it refers to use: a command need not work out others.
    ///
    /// # Errors
    /// `TemplateInvalid` and what else keeps native from compiling it.
    pub fn symbols(&self, name: &[u8]) -> Outcome<HashSet<Vec<u8>>> {
        let mut found = HashSet::new();
        if let Some(template) = self.template(name)? {
            self.add_symbols(&template, &mut found)?;
        }
        Ok(found)
    }

    fn add_symbols(&self, node: &Node, found: &mut HashSet<Vec<u8>>) -> Outcome<()> {
        match node {
            Node::Text(_) | Node::Integer(_) => Ok(()),
            Node::Symbol(name) => self.add_symbol(name, found),
            Node::Pieces(pieces) => pieces.iter().try_for_each(|piece| self.add_symbols(piece, found)),
            Node::Negate(inner) | Node::Filter(inner, _) => self.add_symbols(inner, found),
            Node::Arithmetic(_, a, b) | Node::Map(a, b) => {
                self.add_symbols(a, found)?;
                self.add_symbols(b, found)
            }
            Node::MapNamed(inner, name) | Node::Member(inner, name) => {
                self.add_symbols(inner, found)?;
                self.add_symbol(name, found)
            }
            Node::Call(_, plain, named) => {
                plain.iter().try_for_each(|argument| self.add_symbols(argument, found))?;
                named.iter().try_for_each(|(name, argument)| {
                    self.add_symbol(name, found)?;
                    self.add_symbols(argument, found)
                })
            }
        }
    }

    fn add_symbol(&self, name: &[u8], found: &mut HashSet<Vec<u8>>) -> Outcome<()> {
        if !found.insert(name.to_vec()) {
            return Ok(());
        }
        match self.template(name)? {
            Some(template) => self.add_symbols(&template, found),
            None => Ok(()),
        }
    }

    /// The template `name`.
    pub(crate) fn template(&self, name: &[u8]) -> Outcome<Option<Rc<Node>>> {
        if let Some(known) = self.compiled.borrow().get(name) {
            return Ok(Some(Rc::clone(known)));
        }
        let Some(source) = self.sources.get(name) else { return Ok(None) };
        // Other templates are read at times of their own.
        let is_first = name.is_empty();
        let tree = parse(source).map_err(|stop| told(stop, is_first))?;
        let tree = self.aliases.expand(tree)?;
        let mut mapped = Vec::new();
        add_mapped(&tree, &mut mapped);
        if mapped.iter().any(|name| !self.has(name)) {
            return Err(invalid("a map by an unknown template"));
        }
        let is_certain = is_first && self.aliases.is_empty() && !self.resources.is_extended() && mapped.is_empty();
        let node = compile(tree, false).map_err(|stop| told(stop, is_certain))?;
        let node = Rc::new(node);
        self.compiled.borrow_mut().insert(name.to_vec(), Rc::clone(&node));
        Ok(Some(node))
    }

    /// A template of our own, in which aliases do not count.
    pub(crate) fn literal(&self, template: &'static str) -> Outcome<Rc<Node>> {
        if let Some(known) = self.literals.borrow().get(template) {
            return Ok(Rc::clone(known));
        }
        let node = Rc::new(compile(parse(template.as_bytes())?, false)?);
        self.literals.borrow_mut().insert(template, Rc::clone(&node));
        Ok(node)
    }
}

/// The stop for a mistake: legacy's words for it where they are certain.
fn told(stop: Stop, is_certain: bool) -> Stop {
    match stop {
        Stop::Abort(_) if !is_certain => invalid("a mistake that legacy may see at another time"),
        stop => stop,
    }
}
