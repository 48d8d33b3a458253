//! The parsed form of a revset expression, and helpers to read arguments from it.

use amalgam_types::{Abort, Outcome, Stop};

/// A node of the tree. An absent child stands for an empty pair of brackets, or for an open end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    Symbol(Vec<u8>),
    Text(Vec<u8>),
    /// A parameter in the definition of an alias.
    Parameter(Vec<u8>),
    Node(Op, Vec<Option<Tree>>),
}

/// What a node does with its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    // As written.
    Group,
    Function,
    Subscript,
    Relation,
    RelationSubscript,
    Concat,
    Ancestor,
    Parent,
    ParentPost,
    Negate,
    Minus,
    DagRangeAll,
    DagRangePre,
    DagRange,
    DagRangePost,
    RangeAll,
    RangePre,
    Range,
    RangePost,
    Not,
    And,
    Only,
    OnlyPost,
    Or,
    KeyValue,
    List,
    // Made by the optimiser.
    AndSmally,
    Difference,
}

impl Op {
    /// Legacy's name for it, which one error message shows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Op::Group => "group",
            Op::Function => "func",
            Op::Subscript => "subscript",
            Op::Relation => "relation",
            Op::RelationSubscript => "relsubscript",
            Op::Concat => "_concat",
            Op::Ancestor => "ancestor",
            Op::Parent => "parent",
            Op::ParentPost => "parentpost",
            Op::Negate => "negate",
            Op::Minus => "minus",
            Op::DagRangeAll => "dagrangeall",
            Op::DagRangePre => "dagrangepre",
            Op::DagRange => "dagrange",
            Op::DagRangePost => "dagrangepost",
            Op::RangeAll => "rangeall",
            Op::RangePre => "rangepre",
            Op::Range => "range",
            Op::RangePost => "rangepost",
            Op::Not => "not",
            Op::And => "and",
            Op::Only => "only",
            Op::OnlyPost => "onlypost",
            Op::Or => "or",
            Op::KeyValue => "keyvalue",
            Op::List => "list",
            Op::AndSmally => "andsmally",
            Op::Difference => "difference",
        }
    }
}

/// A parse error that has no place in the text.
pub(crate) fn error(message: impl Into<Vec<u8>>) -> Stop {
    Stop::Abort(Abort::parse(None, message))
}

impl Tree {
    /// A call of a function.
    pub(crate) fn call(name: &str, arguments: Vec<Option<Tree>>) -> Tree {
        let argument = match arguments.len() {
            0 => None,
            1 => arguments.into_iter().next().flatten(),
            _ => Some(Tree::Node(Op::List, arguments)),
        };
        Tree::Node(Op::Function, vec![Some(Tree::Symbol(name.as_bytes().to_vec())), argument])
    }

    /// Name and argument, of a call.
    pub(crate) fn as_call(&self) -> Option<(&[u8], Option<&Tree>)> {
        match self {
            Tree::Node(Op::Function, parts) => match parts.as_slice() {
                [Some(Tree::Symbol(name)), argument] => Some((name, argument.as_ref())),
                _ => None,
            },
            _ => None,
        }
    }

    /// The children of a node of this kind.
    pub(crate) fn parts(&self, op: Op) -> Option<&[Option<Tree>]> {
        match self {
            Tree::Node(own, parts) if *own == op => Some(parts),
            _ => None,
        }
    }
}

/// The text of a string or symbol.
pub(crate) fn text<'t>(tree: Option<&'t Tree>, message: &str) -> Outcome<&'t [u8]> {
    match tree {
        Some(Tree::Symbol(text) | Tree::Text(text)) => Ok(text),
        _ => Err(error(message)),
    }
}

/// The integer that a string or symbol spells.
pub(crate) fn integer(tree: Option<&Tree>, message: &str) -> Outcome<i64> {
    crate::strings::integer(text(tree, message)?)?.ok_or_else(|| error(message))
}

/// The arguments as a list.
pub(crate) fn list(tree: Option<&Tree>) -> Vec<Option<&Tree>> {
    match tree {
        None => Vec::new(),
        Some(Tree::Node(Op::List, parts)) => parts.iter().map(Option::as_ref).collect(),
        Some(one) => vec![Some(one)],
    }
}

/// Whether the first argument, called `name`, is given; `()` is one that holds nothing.
pub(crate) fn has_first(tree: Option<&Tree>, name: &str) -> bool {
    let pair = |part: &Tree| {
        part.parts(Op::KeyValue)
            .map(|pair| matches!(pair.first(), Some(Some(Tree::Symbol(key))) if key == name.as_bytes()))
    };
    let is_it = |(at, part): (usize, Option<&Tree>)| part.and_then(pair).unwrap_or(at == 0);
    list(tree).into_iter().enumerate().any(is_it)
}

/// The arguments, of which there must be `min` to `max`.
pub(crate) fn arguments<'t>(
    tree: Option<&'t Tree>,
    min: usize,
    max: usize,
    message: &str,
) -> Outcome<Vec<Option<&'t Tree>>> {
    let list = list(tree);
    if list.len() < min || list.len() > max { Err(error(message)) } else { Ok(list) }
}

/// Arguments by name: each of `keys` may come in its place or as `key=value`.
pub(crate) fn named<'t, const N: usize>(
    tree: Option<&'t Tree>,
    function: &str,
    keys: [&str; N],
) -> Outcome<[Option<&'t Tree>; N]> {
    let list = list(tree);
    let is_pair = |t: &Option<&Tree>| t.is_some_and(|t| t.parts(Op::KeyValue).is_some());
    let positional = list.iter().position(is_pair).unwrap_or(list.len());
    if positional > N {
        return Err(error(format!("{function} takes at most {N} positional arguments")));
    }
    let mut out = [None; N];
    out[..positional].copy_from_slice(&list[..positional]);
    let mut given = [false; N];
    given[..positional].fill(true);
    for argument in &list[positional..] {
        let pair = argument.and_then(|t| t.parts(Op::KeyValue));
        let Some([Some(Tree::Symbol(key)), value]) = pair else {
            return Err(error(format!("{function} got an invalid argument")));
        };
        let Some(at) = keys.iter().position(|k| k.as_bytes() == key) else {
            let start = format!("{function} got an unexpected keyword argument '");
            return Err(error([start.as_bytes(), key, b"'"].concat()));
        };
        if given[at] {
            let start = format!("{function} got multiple values for keyword argument '");
            return Err(error([start.as_bytes(), key, b"'"].concat()));
        }
        given[at] = true;
        out[at] = value.as_ref();
    }
    Ok(out)
}
