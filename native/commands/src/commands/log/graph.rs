//! `log --graph`: what hangs together among the changesets that are shown, and their drawing.

use crate::Output;
use crate::history::graph::{Edge, Graph};
use crate::history::{Displayer, History};
use amalgam_config::plain;
use amalgam_types::{NULL_REV, Outcome, Reason, Rev, Stop};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Shows `revs`, which go from high to low, beside their graph.
///
/// # Errors
/// `ConfigUnsupported` for a graph of another style, and what reading the changesets meets.
pub(super) fn show(
    history: &History<'_>,
    revs: &[Rev],
    copies: bool,
    displayer: &mut Displayer<'_>,
    out: &mut Output<'_>,
) -> Outcome<()> {
    refuse_styles(history)?;
    let shown = Shown { history, revs: revs.iter().copied().collect(), lowest: revs.last().copied().unwrap_or(0) };
    let mut ancestors: HashMap<Rev, Vec<Rev>> = HashMap::new();
    let mut graph = Graph::default();
    for &rev in revs {
        let changeset = history.changeset(rev)?;
        let mark = changeset.graph_node()?;
        let edges = shown.edges(rev, &mut ancestors)?;
        let copies = if copies { Some(changeset.copies()?) } else { None };
        let rendered = displayer.render_in_graph(rev, copies.as_ref(), graph.width(rev, &edges), out)?;
        if let Some(header) = rendered.header {
            out.write(&header);
        }
        let mut lines: Vec<&[u8]> = rendered.text.split(|&b| b == b'\n').collect();
        if lines.last() == Some(&&b""[..]) {
            lines.pop();
        }
        let mut drawing = Vec::with_capacity(rendered.text.len() * 2);
        graph.draw(rev, &edges, mark, &lines, &mut drawing);
        out.write(&drawing);
    }
    Ok(())
}

/// Settings that change how the graph looks.
fn refuse_styles(history: &History<'_>) -> Outcome<()> {
    let config = &history.prepared.config;
    let refuse = |name: &str| Err(Stop::unsupported(Reason::ConfigUnsupported, name));
    if config.get("command-templates", "graphnode").is_some_and(|value| !value.is_empty()) {
        return refuse("command-templates.graphnode");
    }
    if plain(&history.prepared.env, Some("graph")) {
        return refuse("HGPLAIN with a graph");
    }
    let styled =
        config.items("experimental").any(|(name, _)| name.starts_with(b"graphstyle.") || name == b"graphshorten");
    if styled { refuse("experimental.graphstyle") } else { Ok(()) }
}

struct Shown<'h, 'a> {
    history: &'h History<'a>,
    revs: HashSet<Rev>,
    lowest: Rev,
}

impl Shown<'_, '_> {
    fn edges(&self, rev: Rev, ancestors: &mut HashMap<Rev, Vec<Rev>>) -> Outcome<Vec<Edge>> {
        let mut parents = self.history.changeset(rev)?.parents()?;
        let missing: Vec<Rev> =
            parents.iter().copied().filter(|parent| *parent != NULL_REV && !self.revs.contains(parent)).collect();
        parents.retain(|parent| self.revs.contains(parent));
        parents.sort_unstable();
        parents.dedup();
        let mut targets: HashSet<Rev> = parents.iter().copied().collect();
        let mut edges: Vec<Edge> = parents.into_iter().map(Edge::Parent).collect();
        for parent in missing {
            let nearest = match ancestors.entry(parent) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.nearest(parent)?),
            };
            if nearest.is_empty() {
                edges.push(Edge::Missing(parent));
                targets.insert(parent);
            } else {
                edges.extend(nearest.iter().filter(|rev| !targets.contains(rev)).map(|&rev| Edge::Ancestor(rev)));
                targets.extend(nearest.iter());
            }
        }
        Ok(edges)
    }

    /// The nearest shown ancestors of a changeset that is not shown, low to high.
    fn nearest(&self, from: Rev) -> Outcome<Vec<Rev>> {
        let mut open = BTreeSet::from([from]);
        let mut found = BTreeSet::new();
        while let Some(rev) = open.pop_last().filter(|&rev| rev >= self.lowest && rev != NULL_REV) {
            if self.revs.contains(&rev) {
                found.insert(rev);
            } else {
                open.extend(self.history.changelog.parents(rev)?);
            }
        }
        Ok(found.into_iter().collect())
    }
}
