//! From a parsed template to one that can be rendered: aliases are expanded, functions and filters known, and a number
//! outside of an expression is the name of a value.

use crate::syntax::{Tree, invalid, parse_expression};
use amalgam_types::{Outcome, Reason, Stop};
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
                _ => return Err(invalid("a call of something without a name")),
            },
            Tree::Filter(argument, name) => match name.as_ref() {
                Tree::Symbol(name) => (name, Some(vec![argument.as_ref().clone()])),
                _ => return Err(invalid("a filter without a name")),
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
        Tree::Text(_) | Tree::Integer(_) | Tree::Symbol(_) => tree,
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

/// Makes a parsed template ready; `expression` is whether numbers stand for themselves.
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
            Node::Arithmetic(operator, Box::new(compile(*a, true)?), Box::new(compile(*b, true)?))
        }
        Tree::Map(list, template) => {
            let list = Box::new(compile(*list, false)?);
            match *template {
                Tree::Symbol(name) => Node::MapNamed(list, name),
                template @ (Tree::Text(_) | Tree::Pieces(_)) => Node::Map(list, Box::new(compile(template, false)?)),
                _ => return Err(invalid("a map without a template")),
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
        Tree::Member(value, name) => Node::Member(Box::new(compile(*value, false)?), symbol(*name)?),
        Tree::Call(name, arguments) => call(symbol(*name)?, arguments, true)?,
        Tree::KeyValue(..) | Tree::List(..) => return Err(invalid("a list or a pair outside of a call")),
    })
}

fn call(name: Vec<u8>, arguments: Vec<Tree>, expression: bool) -> Outcome<Node> {
    if is_in(FILTERS, &name) {
        let [value] = <[Tree; 1]>::try_from(arguments).map_err(|_| invalid("a filter takes one argument"))?;
        return Ok(Node::Filter(Box::new(compile(value, expression)?), name));
    }
    if !is_in(FUNCTIONS, &name) {
        let shown = String::from_utf8_lossy(&name).into_owned();
        return Err(if is_in(LEGACY_FUNCTIONS, &name) {
            Stop::unsupported(Reason::TemplateFunction, shown)
        } else {
            invalid(format!("an unknown function {shown}"))
        });
    }
    let takes_names = matches!(name.as_slice(), b"pad" | b"dict" | b"separate");
    let (mut plain, mut named) = (Vec::new(), Vec::new());
    for argument in arguments {
        match argument {
            Tree::KeyValue(key, value) if takes_names => {
                let key = symbol(*key)?;
                if named.iter().any(|(known, _)| *known == key) {
                    return Err(invalid("an argument given twice"));
                }
                named.push((key, compile(*value, expression)?));
            }
            _ if !named.is_empty() => return Err(invalid("a plain argument behind a named one")),
            argument => plain.push(compile(argument, expression)?),
        }
    }
    Ok(Node::Call(name, plain, named))
}

fn is_in(table: &[&str], name: &[u8]) -> bool {
    table.iter().any(|known| known.as_bytes() == name)
}

fn symbol(tree: Tree) -> Outcome<Vec<u8>> {
    match tree {
        Tree::Symbol(name) => Ok(name),
        _ => Err(invalid("a name is missing")),
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
        assert_eq!(reason("{nonesuch(rev)}"), "template.invalid");
        assert_eq!(reason("{rev|nonesuch}"), "template.invalid");
        assert_eq!(reason("{short(node, 1)}"), "template.invalid");
    }
}
