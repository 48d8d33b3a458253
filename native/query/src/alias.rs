//! `[revsetalias]`: names and functions that stand for other expressions (`hg help revsets`, "Aliases").

use crate::parse::{MAX_DEPTH, parse_with};
use crate::token::Reading;
use crate::tree::{Op, Tree, error, list};
use amalgam_config::Config;
use amalgam_types::{Outcome, Reason, Stop};
use std::collections::HashMap;

/// An expansion with more nodes than this is left to legacy.
const MAX_NODES: usize = 200_000;

struct Alias {
    /// `None` for a plain name.
    parameters: Option<Vec<Vec<u8>>>,
    definition: Tree,
}

/// Replaces the aliases of the configuration in `tree`.
///
/// # Errors
/// Legacy's error for an alias that contains itself or gets a wrong number of arguments; `WarningExpected` where the
/// configuration has an alias that legacy cannot read.
pub(crate) fn expand(tree: Tree, config: &Config) -> Outcome<Tree> {
    let mut aliases = HashMap::new();
    for (declaration, definition) in config.items("revsetalias") {
        let (name, alias) = read(declaration, definition)?;
        aliases.insert(name, alias);
    }
    if aliases.is_empty() {
        return Ok(tree);
    }
    let mut expansion = Expansion { aliases: &aliases, done: HashMap::new(), nodes: 0, level: 0 };
    expansion.expand(&tree, &mut Vec::new())
}

fn read(declaration: &[u8], definition: &[u8]) -> Outcome<(Vec<u8>, Alias)> {
    let refused = || {
        let name = String::from_utf8_lossy(declaration);
        Stop::unsupported(Reason::WarningExpected, format!("the revset alias {name} cannot be read"))
    };
    let reading = Reading { known: None, dollar: true };
    let parsed = |text| parse_with(text, &reading).map_err(|_| refused());
    let (name, parameters) = match parsed(declaration)? {
        Tree::Symbol(name) => (name, None),
        tree => {
            let (name, arguments) = tree.as_call().ok_or_else(refused)?;
            let mut parameters: Vec<Vec<u8>> = Vec::new();
            for argument in list(arguments) {
                match argument {
                    Some(Tree::Symbol(symbol)) if !parameters.contains(symbol) => parameters.push(symbol.clone()),
                    _ => return Err(refused()),
                }
            }
            (name.to_vec(), Some(parameters))
        }
    };
    if name.starts_with(b"$") {
        return Err(refused());
    }
    let definition = mark(parsed(definition)?, parameters.as_deref().unwrap_or_default()).ok_or_else(refused)?;
    Ok((name, Alias { parameters, definition }))
}

/// Marks the parameters in a definition; `None` where a symbol starts with `$` and is no parameter.
fn mark(tree: Tree, parameters: &[Vec<u8>]) -> Option<Tree> {
    Some(match tree {
        Tree::Symbol(name) if parameters.contains(&name) => Tree::Parameter(name),
        Tree::Symbol(name) if name.starts_with(b"$") => return None,
        Tree::Node(op, parts) => {
            let mut out = Vec::with_capacity(parts.len());
            for part in parts {
                out.push(match part {
                    Some(part) => Some(mark(part, parameters)?),
                    None => None,
                });
            }
            Tree::Node(op, out)
        }
        other => other,
    })
}

/// The name of an alias, the alias, the arguments of the call.
type Called<'a, 't> = (&'a [u8], &'a Alias, Vec<Option<&'t Tree>>);

struct Expansion<'a> {
    aliases: &'a HashMap<Vec<u8>, Alias>,
    done: HashMap<&'a [u8], Tree>,
    nodes: usize,
    level: usize,
}

impl<'a> Expansion<'a> {
    fn count(&mut self, nodes: usize) -> Outcome<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(Stop::unsupported(Reason::RevisionExpression, "aliases that expand to a very long expression"));
        }
        Ok(())
    }

    /// The alias that `tree` calls, with its arguments.
    fn called<'t>(&self, tree: &'t Tree) -> Option<Called<'a, 't>> {
        let (name, arguments) = match tree {
            Tree::Symbol(name) => (name.as_slice(), None),
            other => {
                let (name, arguments) = other.as_call()?;
                (name, Some(list(arguments)))
            }
        };
        let (name, alias) = self.aliases.get_key_value(name)?;
        (alias.parameters.is_some() == arguments.is_some())
            .then(|| (name.as_slice(), alias, arguments.unwrap_or_default()))
    }

    fn expand(&mut self, tree: &Tree, inside: &mut Vec<&'a [u8]>) -> Outcome<Tree> {
        self.count(1)?;
        self.level += 1;
        if self.level > 2 * MAX_DEPTH {
            return Err(Stop::unsupported(Reason::RevisionExpression, "aliases of aliases of aliases"));
        }
        let expanded = self.expand_here(tree, inside);
        self.level -= 1;
        expanded
    }

    fn expand_here(&mut self, tree: &Tree, inside: &mut Vec<&'a [u8]>) -> Outcome<Tree> {
        let Some((name, alias, arguments)) = self.called(tree) else {
            let Tree::Node(op, parts) = tree else { return Ok(tree.clone()) };
            return self.parts(*op, parts, |own, part| own.expand(part, inside));
        };
        if inside.contains(&name) {
            let start: &[u8] = b"infinite expansion of revset alias \"";
            return Err(error([start, name, b"\" detected"].concat()));
        }
        let known = self.done.get(name).map(size);
        self.count(known.unwrap_or(0))?;
        let result = match self.done.get(name) {
            Some(done) => done.clone(),
            None => {
                inside.push(name);
                let result = shallow(self.expand(&alias.definition, inside)?)?;
                inside.pop();
                self.count(size(&result))?;
                self.done.insert(name, result.clone());
                result
            }
        };
        let Some(parameters) = &alias.parameters else { return shallow(result) };
        if arguments.len() != parameters.len() {
            return Err(error(format!("invalid number of arguments: {}", arguments.len())));
        }
        let mut values = HashMap::new();
        for (parameter, argument) in parameters.iter().zip(arguments) {
            let value = match argument {
                Some(argument) => Some(self.expand(argument, &mut Vec::new())?),
                None => None,
            };
            values.insert(parameter.as_slice(), value);
        }
        shallow(self.fill(&result, &values)?.ok_or_else(|| error("missing argument"))?)
    }

    fn fill(&mut self, tree: &Tree, values: &HashMap<&[u8], Option<Tree>>) -> Outcome<Option<Tree>> {
        self.count(1)?;
        Ok(match tree {
            Tree::Parameter(name) => {
                let value = values.get(name.as_slice()).and_then(Option::as_ref);
                self.count(value.map_or(0, size))?;
                value.cloned()
            }
            Tree::Node(op, parts) => {
                let mut out = Vec::with_capacity(parts.len());
                for part in parts {
                    out.push(match part {
                        Some(part) => self.fill(part, values)?,
                        None => None,
                    });
                }
                Some(Tree::Node(*op, out))
            }
            other => Some(other.clone()),
        })
    }

    fn parts(
        &mut self,
        op: Op,
        parts: &[Option<Tree>],
        mut each: impl FnMut(&mut Self, &Tree) -> Outcome<Tree>,
    ) -> Outcome<Tree> {
        let mut out = Vec::with_capacity(parts.len());
        for part in parts {
            out.push(match part {
                Some(part) => Some(each(self, part)?),
                None => None,
            });
        }
        Ok(Tree::Node(op, out))
    }
}

/// Refuses a tree that only aliases could make so deep.
fn shallow(tree: Tree) -> Outcome<Tree> {
    if depth(&tree) > MAX_DEPTH {
        return Err(Stop::unsupported(Reason::RevisionExpression, "aliases that expand to a deeply nested expression"));
    }
    Ok(tree)
}

fn depth(tree: &Tree) -> usize {
    match tree {
        Tree::Node(_, parts) => 1 + parts.iter().flatten().map(depth).max().unwrap_or(0),
        _ => 1,
    }
}

fn size(tree: &Tree) -> usize {
    match tree {
        Tree::Node(_, parts) => 1 + parts.iter().flatten().map(size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn expanded(text: &str, aliases: &[&str]) -> Outcome<Tree> {
        let mut config = Config::default();
        let lines: Vec<Vec<u8>> = aliases.iter().map(|a| format!("revsetalias.{a}").into_bytes()).collect();
        config.add_command_line(&lines).expect("settings");
        expand(parse(text.as_bytes(), None)?, &config)
    }

    fn same(text: &str, aliases: &[&str], expected: &str) {
        assert_eq!(expanded(text, aliases), parse(expected.as_bytes(), None), "{text}");
    }

    #[test]
    fn names_and_functions() {
        same("x + 1", &["x=a"], "a + 1");
        same("f(1, g(2))", &["f($1, $2)=p($2 , $1)", "g(b)=q(b)"], "p(q(2), 1)");
        same("f + x()", &["f()=1", "x=2"], "f + 2()");
        same("'x'", &["x=a"], "'x'");
    }

    #[test]
    fn errors() {
        let message = |text: &str, aliases: &[&str]| match expanded(text, aliases) {
            Err(Stop::Abort(abort)) => String::from_utf8_lossy(&abort.message).into_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(message("a", &["a=b", "b=a"]), "infinite expansion of revset alias \"a\" detected");
        assert_eq!(message("f(1)", &["f(x, y)=x"]), "invalid number of arguments: 1");
        for bad in ["a=(", "$a=1", "f(x,x)=x", "f(g(x))=1", "a=$1"] {
            assert!(matches!(expanded("1", &[bad]), Err(Stop::Unsupported(_))), "{bad}");
        }
    }

    #[test]
    fn explosions_are_left_alone() {
        let mut aliases = vec!["a0=x + x".to_owned()];
        aliases.extend((1..40).map(|i| format!("a{i}=f(a{}) + g(a{})", i - 1, i - 1)));
        let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
        assert!(expanded("a3", &aliases).is_ok());
        assert!(matches!(expanded("a39", &aliases), Err(Stop::Unsupported(_))));
        let mut aliases = vec!["a0=x".to_owned()];
        let deep = |inner: usize| format!("{}a{inner}{}", "f(".repeat(50), ")".repeat(50));
        aliases.extend((1..300).map(|i| format!("a{i}={}", deep(i - 1))));
        let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
        assert!(expanded("a1", &aliases).is_ok());
        assert!(matches!(expanded("a299", &aliases), Err(Stop::Unsupported(_))));
    }
}
