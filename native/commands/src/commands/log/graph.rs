//! `log --graph`: what hangs together among the changesets that are shown, and their drawing.

use crate::Output;
use crate::formatter::define_user;
use crate::history::graph::{Edge, Graph, Style};
use crate::history::{Displayer, History, Keywords};
use amalgam_config::plain;
use amalgam_template::{Engine, Map, unquoted};
use amalgam_types::{NULL_REV, Outcome, Rev};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Shows `revs`, children before their parents, beside their graph.
///
/// # Errors
/// What keeps a template from being rendered, and what reading the changesets meets.
pub(super) fn show(
    history: &History<'_>,
    revs: &[Rev],
    copies: bool,
    displayer: &mut Displayer<'_, '_>,
    out: &mut Output<'_>,
) -> Outcome<()> {
    let (keywords, mut engine);
    let config = &history.prepared.config;
    let template = config.get("command-templates", "graphnode").filter(|template| !template.is_empty());
    let node_template = match template {
        Some(template) => {
            keywords = Keywords::new(history, out.styles().cloned())?;
            engine = Engine::new(&keywords);
            define_user(&mut engine, config)?;
            engine.define(b"", unquoted(template));
            Some(&engine)
        }
        None => None,
    };
    let lowest = revs.iter().copied().min().unwrap_or(0);
    let shown = Shown { history, revs: revs.iter().copied().collect(), lowest };
    let mut ancestors: HashMap<Rev, Vec<Rev>> = HashMap::new();
    let mut graph = Graph::new(style(history)?);
    for &rev in revs {
        let changeset = history.changeset(rev)?;
        let mut mark = Vec::new();
        match node_template {
            Some(engine) => engine.render(b"", &Map::of(rev), None, &mut mark)?,
            None => mark.extend_from_slice(changeset.graph_node()?),
        }
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
        graph.draw(rev, &edges, &mark, &lines, &mut drawing);
        out.write(&drawing);
    }
    Ok(())
}

/// How lines are drawn, by the settings.
fn style(history: &History<'_>) -> Outcome<Style> {
    let config = &history.prepared.config;
    if plain(&history.prepared.env, Some("graph")) {
        return Ok(Style::plain());
    }
    let mut style = Style::default();
    let settings = ["graphstyle.parent", "graphstyle.grandparent", "graphstyle.missing"];
    for (line, setting) in style.lines.iter_mut().zip(settings) {
        if let Some(value) = config.get("experimental", setting) {
            *line = value.to_vec();
        }
    }
    style.short = config.bool_or("experimental", "graphshorten", false)?;
    Ok(style)
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
        while let Some(rev) = open.pop_last().filter(|&rev| rev >= self.lowest) {
            if self.revs.contains(&rev) {
                found.insert(rev);
            } else {
                open.extend(self.history.changelog.parents(rev)?);
            }
        }
        Ok(found.into_iter().collect())
    }
}
