//! From a parsed template to one that can be rendered: aliases are expanded, functions and filters known, and a number
//! outside of an expression is the name of a value.

use crate::syntax::{Tree, invalid, parse_expression};
use amalgam_types::{Abort, Outcome, Reason, Stop};
use std::collections::HashMap;

/// A template ready to be rendered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Text(Vec<u8>),
    Pieces(Vec<Node>),
    Integer(i64),
    Symbol(Vec<u8>),
    Negate(Box<Node>),
    Arithmetic(u8, Box<Node>, Box<Node>),
    Map(Box<Node>, Box<Node>),
    /// A map by a template that has a name.
    MapNamed(Box<Node>, Vec<u8>),
    Filter(Box<Node>, Vec<u8>),
    Member(Box<Node>, Vec<u8>),
    Call(Vec<u8>, Vec<Node>, Vec<(Vec<u8>, Node)>),
}

/// Filters that legacy has; those that native lacks are refused when they are used.
pub(crate) const FILTERS: &[&str] = &[
    "addbreaks",
    "age",
    "basename",
    "cbor",
    "commondir",
    "count",
    "dirname",
    "domain",
    "email",
    "emailuser",
    "escape",
    "fill68",
    "fill76",
    "firstline",
    "hex",
    "hgdate",
    "isodate",
    "isodatesec",
    "json",
    "lower",
    "nonempty",
    "obfuscate",
    "permissions",
    "person",
    "reverse",
    "revescape",
    "rfc3339date",
    "rfc822date",
    "short",
    "shortbisect",
    "shortdate",
    "slashpath",
    "splitlines",
    "stringescape",
    "stringify",
    "stripdir",
    "tabindent",
    "upper",
    "urlescape",
    "user",
    "utf8",
    "xmlescape",
];

/// Functions that native has.
pub(crate) const FUNCTIONS: &[&str] = &[
    "config",
    "configbool",
    "configint",
    "date",
    "diff",
    "dict",
    "files",
    "fill",
    "filter",
    "formatnode",
    "get",
    "if",
    "ifcontains",
    "ifeq",
    "indent",
    "join",
    "label",
    "latesttag",
    "localdate",
    "mailmap",
    "max",
    "min",
    "mod",
    "pad",
    "relpath",
    "revset",
    "search",
    "separate",
    "shortest",
    "startswith",
    "strip",
    "sub",
    "subsetparents",
    "word",
];

/// Functions that legacy has beside them.
const LEGACY_FUNCTIONS: &[&str] =
    &["extdata", "obsfatedate", "obsfateoperations", "obsfateusers", "obsfateverb", "rstdoc"];

/// How often aliases may expand within one template.
const EXPANSIONS: usize = 500;

/// `[templatealias]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aliases {
    by_name: HashMap<Vec<u8>, Alias>,
}

#[derive(Debug, Clone)]
struct Alias {
    /// `None` for one that stands for a symbol.
    parameters: Option<Vec<Vec<u8>>>,
    definition: Tree,
}

impl Aliases {
    /// Adds `declaration = definition`.
    pub(crate) fn add(&mut self, declaration: &[u8], definition: &[u8]) -> Outcome<()> {
        let bad = || invalid(format!("the alias {}", String::from_utf8_lossy(declaration)));
        let (name, parameters) = match parse_expression(declaration).map_err(|_| bad())? {
            Tree::Symbol(name) => (name, None),
            Tree::Call(name, parameters) => {
                let Tree::Symbol(name) = *name else { return Err(bad()) };
                let symbols = parameters.into_iter().map(|parameter| match parameter {
                    Tree::Symbol(name) => Ok(name),
                    _ => Err(bad()),
                });
                (name, Some(symbols.collect::<Outcome<Vec<_>>>()?))
            }
            _ => return Err(bad()),
        };
        let definition = parse_expression(definition).map_err(|_| bad())?;
        self.by_name.insert(name, Alias { parameters, definition });
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Replaces aliases everywhere in `tree`.
    pub(crate) fn expand(&self, tree: Tree) -> Outcome<Tree> {
        if self.by_name.is_empty() {
            return Ok(tree);
        }
        let mut left = EXPANSIONS;
        self.expanded(tree, &mut left)
    }

    fn expanded(&self, tree: Tree, left: &mut usize) -> Outcome<Tree> {
        let (name, arguments) = match &tree {
            Tree::Symbol(name) => (name, None),
            Tree::Call(name, arguments) => match name.as_ref() {
                Tree::Symbol(name) => (name, Some(arguments.clone())),
                _ => return self.within(tree, left),
            },
            Tree::Filter(argument, name) => match name.as_ref() {
                Tree::Symbol(name) => (name, Some(vec![argument.as_ref().clone()])),
                _ => return self.within(tree, left),
            },
            _ => return self.within(tree, left),
        };
        let Some(alias) = self.by_name.get(name) else { return self.within(tree, left) };
        *left = left.checked_sub(1).ok_or_else(|| invalid("aliases without an end"))?;
        match (&alias.parameters, arguments) {
            (None, None) => self.expanded(alias.definition.clone(), left),
            (Some(parameters), Some(arguments)) => {
                if parameters.len() != arguments.len() {
                    return Err(invalid("an alias with another number of arguments"));
                }
                let arguments =
                    arguments.into_iter().map(|argument| self.expanded(argument, left)).collect::<Outcome<Vec<_>>>()?;
                let definition = self.expanded_definition(alias, parameters, left)?;
                Ok(replaced(definition, parameters, &arguments))
            }
            // A symbol's alias is not a function's, and the other way round.
            (None, Some(_)) | (Some(_), None) => self.within(tree, left),
        }
    }

    /// A definition with the aliases in it expanded; a parameter hides an alias of its name.
    fn expanded_definition(&self, alias: &Alias, parameters: &[Vec<u8>], left: &mut usize) -> Outcome<Tree> {
        if parameters.iter().any(|parameter| self.by_name.contains_key(parameter)) {
            return Err(invalid("an alias whose parameter is an alias"));
        }
        self.expanded(alias.definition.clone(), left)
    }

    fn within(&self, tree: Tree, left: &mut usize) -> Outcome<Tree> {
        each_child(tree, &mut |child| self.expanded(child, left))
    }
}

fn replaced(tree: Tree, parameters: &[Vec<u8>], arguments: &[Tree]) -> Tree {
    if let Tree::Symbol(name) = &tree
        && let Some(at) = parameters.iter().position(|parameter| parameter == name)
    {
        return arguments[at].clone();
    }
    each_child(tree, &mut |child| Ok(replaced(child, parameters, arguments))).unwrap_or(Tree::Text(Vec::new()))
}

/// The same tree with `change` applied to the expressions below it; names of functions, filters and members stay.
fn each_child(tree: Tree, change: &mut dyn FnMut(Tree) -> Outcome<Tree>) -> Outcome<Tree> {
    let mut boxed = |child: Box<Tree>| change(*child).map(Box::new);
    Ok(match tree {
        Tree::Text(_) | Tree::Integer(_) | Tree::Symbol(_) | Tree::Missing => tree,
        Tree::Group(a) => Tree::Group(boxed(a)?),
        Tree::Negate(a) => Tree::Negate(boxed(a)?),
        Tree::Arithmetic(operator, a, b) => Tree::Arithmetic(operator, boxed(a)?, boxed(b)?),
        Tree::Map(a, b) => Tree::Map(boxed(a)?, boxed(b)?),
        Tree::Filter(a, name) => Tree::Filter(boxed(a)?, name),
        Tree::Member(a, name) => Tree::Member(boxed(a)?, name),
        Tree::KeyValue(name, a) => Tree::KeyValue(name, boxed(a)?),
        Tree::List(a, b) => Tree::List(boxed(a)?, boxed(b)?),
        Tree::Pieces(all) => Tree::Pieces(all.into_iter().map(&mut *change).collect::<Outcome<_>>()?),
        Tree::Call(name, all) => Tree::Call(name, all.into_iter().map(&mut *change).collect::<Outcome<_>>()?),
    })
}

/// Adds the names of the templates that lists are mapped by: legacy looks for them while it compiles.
pub(crate) fn add_mapped<'t>(tree: &'t Tree, found: &mut Vec<&'t [u8]>) {
    match tree {
        Tree::Text(_) | Tree::Integer(_) | Tree::Symbol(_) | Tree::Missing => {}
        Tree::Group(a) | Tree::Negate(a) => add_mapped(a, found),
        Tree::Map(a, b)
        | Tree::Arithmetic(_, a, b)
        | Tree::Filter(a, b)
        | Tree::Member(a, b)
        | Tree::KeyValue(a, b)
        | Tree::List(a, b) => {
            if let (Tree::Map(..), Tree::Symbol(name)) = (tree, b.as_ref()) {
                found.push(name);
            }
            add_mapped(a, found);
            add_mapped(b, found);
        }
        Tree::Pieces(all) | Tree::Call(_, all) => all.iter().for_each(|one| add_mapped(one, found)),
    }
}

/// Legacy's error about an expression that is well formed and means nothing.
pub(crate) fn error(message: impl Into<Vec<u8>>) -> Stop {
    Abort::parse(None, message).into()
}

fn about(before: &str, name: &[u8], behind: &str) -> Stop {
    error([before.as_bytes(), name, behind.as_bytes()].concat())
}

/// Makes a parsed template ready; `expression` is whether numbers stand for themselves. Mistakes are told in legacy's
/// order.
pub(crate) fn compile(tree: Tree, expression: bool) -> Outcome<Node> {
    Ok(match tree {
        Tree::Text(text) => Node::Text(text),
        Tree::Pieces(all) => Node::Pieces(all.into_iter().map(|piece| compile(piece, false)).collect::<Outcome<_>>()?),
        Tree::Integer(number) if expression => Node::Integer(number),
        Tree::Integer(number) => Node::Symbol(number.to_string().into_bytes()),
        Tree::Symbol(name) => Node::Symbol(name),
        Tree::Group(inner) => compile(*inner, true)?,
        Tree::Negate(inner) => Node::Negate(Box::new(compile(*inner, true)?)),
        Tree::Arithmetic(operator, a, b) => {
            let left = Box::new(compile(*a, true)?);
            Node::Arithmetic(operator, left, Box::new(compile(*b, true)?))
        }
        Tree::Map(list, template) => {
            let list = Box::new(compile(*list, false)?);
            match *template {
                Tree::Symbol(name) => Node::MapNamed(list, name),
                template @ (Tree::Text(_) | Tree::Pieces(_)) => Node::Map(list, Box::new(compile(template, false)?)),
                _ => return Err(error("expected template specifier")),
            }
        }
        Tree::Filter(value, name) => {
            let name = symbol(*name)?;
            if is_in(FILTERS, &name) {
                Node::Filter(Box::new(compile(*value, false)?), name)
            } else {
                call(name, vec![*value], false)?
            }
        }
        Tree::Member(value, name) => {
            let value = Box::new(compile(*value, false)?);
            Node::Member(value, symbol(*name)?)
        }
        Tree::Call(name, arguments) => call(symbol(*name)?, arguments, true)?,
        Tree::KeyValue(..) => return Err(error("can't use a key-value pair in this context")),
        Tree::List(..) => {
            let abort = Abort::parse(None, "can't use a list in this context");
            return Err(abort.hint("check place of comma and parens").into());
        }
        Tree::Missing => return Err(error("missing argument")),
    })
}

fn call(name: Vec<u8>, arguments: Vec<Tree>, expression: bool) -> Outcome<Node> {
    if !is_in(FUNCTIONS, &name) && !is_in(FILTERS, &name) {
        let shown = String::from_utf8_lossy(&name).into_owned();
        return Err(if is_in(LEGACY_FUNCTIONS, &name) {
            Stop::unsupported(Reason::TemplateFunction, shown)
        } else {
            about("unknown function '", &name, "'")
        });
    }
    let all = |trees: Vec<Tree>| trees.into_iter().map(|tree| compile(tree, expression)).collect::<Outcome<Vec<_>>>();
    let signature: Signature = match name.as_slice() {
        b"pad" => (&["text", "width", "fillchar", "left", "truncate"], false, false),
        b"dict" => (&[], true, true),
        b"separate" => (&["sep"], true, false),
        b"subsetparents" => (&["rev", "revset"], false, false),
        _ => {
            let mut plain = all(arguments)?;
            if is_in(FUNCTIONS, &name) {
                return Ok(Node::Call(name, plain, Vec::new()));
            }
            return match (plain.pop(), plain.is_empty()) {
                (Some(value), true) => Ok(Node::Filter(Box::new(value), name)),
                _ => Err(about("filter ", &name, " expects one argument")),
            };
        }
    };
    let (plain, named) = bound(&name, arguments, signature)?;
    // What has no name of its own is made ready first.
    let mut first = plain;
    let more = first.split_off(if signature.1 { signature.0.len() } else { 0 });
    let more = all(more)?;
    let mut plain = all(first)?;
    plain.extend(more);
    let named = named.into_iter().map(|(key, value)| Ok((key, compile(value, expression)?)));
    Ok(Node::Call(name, plain, named.collect::<Outcome<_>>()?))
}

/// The names of a function's arguments, and whether it takes more without and with names.
type Signature = (&'static [&'static str], bool, bool);

/// Arguments without and with names.
type Bound = (Vec<Tree>, Vec<(Vec<u8>, Tree)>);

/// The arguments as Python binds them.
fn bound(name: &[u8], arguments: Vec<Tree>, signature: Signature) -> Outcome<Bound> {
    let (keys, more, more_named) = signature;
    let is_pair = |tree: &Tree| matches!(tree, Tree::KeyValue(..));
    let without = arguments.iter().position(is_pair).unwrap_or(arguments.len());
    let got = |what: &str| about("", name, &format!(" got {what}"));
    if more && without < keys.len() {
        return Err(about("", name, &format!(" takes at least {} positional arguments", keys.len())));
    }
    if !more && without > keys.len() {
        return Err(about("", name, &format!(" takes at most {} positional arguments", keys.len())));
    }
    let mut arguments = arguments.into_iter();
    let plain: Vec<Tree> = arguments.by_ref().take(without).collect();
    let mut named: Vec<(Vec<u8>, Tree)> = Vec::new();
    for argument in arguments {
        let Tree::KeyValue(key, value) = argument else { return Err(got("an invalid argument")) };
        let Tree::Symbol(key) = *key else { return Err(got("an invalid argument")) };
        // Those in front of more without names have a place and no name.
        let place = keys.iter().position(|known| known.as_bytes() == key).filter(|_| !more);
        if place.is_none() && !more_named {
            let what = [b" got an unexpected keyword argument '", &key[..], b"'"].concat();
            return Err(error([name, &what].concat()));
        }
        if place.is_some_and(|at| at < without) || named.iter().any(|(known, _)| *known == key) {
            let what = [b" got multiple values for keyword argument '", &key[..], b"'"].concat();
            return Err(error([name, &what].concat()));
        }
        named.push((key, *value));
    }
    Ok((plain, named))
}

fn is_in(table: &[&str], name: &[u8]) -> bool {
    table.iter().any(|known| known.as_bytes() == name)
}

fn symbol(tree: Tree) -> Outcome<Vec<u8>> {
    match tree {
        Tree::Symbol(name) => Ok(name),
        // Adjoining texts are one here and several in legacy, which then says "template".
        Tree::Text(text) if text.iter().any(|byte| matches!(byte, b'{' | b'"' | b'\'')) => {
            Err(invalid("a text for a name"))
        }
        other => Err(error(format!("expected a symbol, got '{}'", other.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn with_aliases(pairs: &[(&str, &str)], template: &str) -> Outcome<Node> {
        let mut aliases = Aliases::default();
        for (declaration, definition) in pairs {
            aliases.add(declaration.as_bytes(), definition.as_bytes())?;
        }
        compile(aliases.expand(parse(template.as_bytes())?)?, false)
    }

    #[test]
    fn aliases_expand_as_symbols_calls_and_filters() {
        let pairs = [("r", "rev"), ("f(x)", "pad(x, 5)"), ("g(x)", "f(r)")];
        let plain = with_aliases(&[], "{pad(rev, 5)}").expect("valid");
        for template in ["{f(rev)}", "{rev|f}", "{r|f}", "{g(1)}"] {
            assert_eq!(with_aliases(&pairs, template).expect("valid"), plain, "{template}");
        }
        assert!(with_aliases(&[("a", "b"), ("b", "a")], "{a}").is_err());
    }

    #[test]
    fn what_legacy_alone_has() {
        let reason = |template: &str| match with_aliases(&[], template) {
            Err(Stop::Unsupported(stop)) => stop.reason.id(),
            other => panic!("{other:?}"),
        };
        assert_eq!(reason("{rstdoc(rev, rev)}"), "template.function");
        assert_eq!(reason(r#"{rev|"a\{b"}"#), "template.invalid");
    }

    #[test]
    fn mistakes() {
        let told = |template: &str| match with_aliases(&[], template) {
            Err(Stop::Abort(abort)) => String::from_utf8_lossy(&abort.message).into_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(told("{nonesuch(f(rev))}"), "unknown function 'nonesuch'");
        assert_eq!(told("{rev|nonesuch}"), "unknown function 'nonesuch'");
        assert_eq!(told("{short(node, 1)}"), "filter short expects one argument");
        assert_eq!(told("{short()}"), "filter short expects one argument");
        assert_eq!(told("{()}"), "missing argument");
        assert_eq!(told("{a,b}"), "can't use a list in this context");
        assert_eq!(told("{if(a=1, 2)}"), "can't use a key-value pair in this context");
        assert_eq!(told("{rev|(short)}"), "expected a symbol, got 'group'");
        assert_eq!(told("{files % 1}"), "expected template specifier");
        assert_eq!(told("{pad(1,2,3,4,5,6)}"), "pad takes at most 5 positional arguments");
        assert_eq!(told("{pad(x, text=1)}"), "pad got multiple values for keyword argument 'text'");
        assert_eq!(told("{pad(x, 2, 1=3)}"), "pad got an invalid argument");
        assert_eq!(told("{pad(x, y, foo=1)}"), "pad got an unexpected keyword argument 'foo'");
        assert_eq!(told("{separate()}"), "separate takes at least 1 positional arguments");
        assert_eq!(told("{separate(' ', sep=1)}"), "separate got an unexpected keyword argument 'sep'");
        assert_eq!(told("{dict(a=1, a=2)}"), "dict got multiple values for keyword argument 'a'");
    }
}
