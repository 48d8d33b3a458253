//! The drawing beside `log --graph`: one column for each line of development, one drawing per changeset.
//!
//! What each rule looks like was found out by running legacy on histories of every shape; `compat/cases/log.yaml` keeps
//! them.

use amalgam_types::Rev;
use std::collections::HashMap;

/// How a changeset hangs together with one below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// With a parent that is shown.
    Parent(Rev),
    /// With an ancestor that is shown; what is between is not.
    Ancestor(Rev),
    /// With a parent that is not shown, nor is anything below it.
    Missing(Rev),
}

impl Edge {
    fn target(self) -> Rev {
        match self {
            Edge::Parent(rev) | Edge::Ancestor(rev) | Edge::Missing(rev) => rev,
        }
    }

    fn kind(self) -> usize {
        match self {
            Edge::Parent(_) => 0,
            Edge::Ancestor(_) => 1,
            Edge::Missing(_) => 2,
        }
    }
}

/// How lines are drawn.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    /// What a line to a parent, to an ancestor and to a parent that is not shown is made of; one without anything ends
    /// at once.
    pub(crate) lines: [Vec<u8>; 3],
    /// Rows that only go straight on are left out.
    pub(crate) short: bool,
}

impl Default for Style {
    fn default() -> Self {
        Style { lines: [b"|".to_vec(), b":".to_vec(), Vec::new()], short: false }
    }
}

impl Style {
    /// As Mercurial once drew all lines.
    pub(crate) fn plain() -> Self {
        Style { lines: [(); 3].map(|()| b"|".to_vec()), short: false }
    }

    fn cell(&self, edge: Edge) -> Cell {
        match self.lines[edge.kind()].as_slice() {
            [] => Cell::Ending,
            _ => Cell::Line(edge.kind()),
        }
    }

    fn is_slanted(&self, cell: Cell) -> bool {
        match cell {
            Cell::Mark(mark) => matches!(mark, b'/' | b'\\'),
            Cell::Line(kind) => [&b"/"[..], b"\\", b"\\/"].contains(&self.lines[kind].as_slice()),
            Cell::Ending => false,
        }
    }
}

/// One character of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Mark(u8),
    /// A piece of a line of this kind.
    Line(usize),
    /// A line that ends here; how depends on the row.
    Ending,
}

const SPACE: Cell = Cell::Mark(b' ');

type Row = Vec<Cell>;

/// The lines of development between two changesets.
#[derive(Default)]
pub(crate) struct Graph {
    /// The changeset that each column leads to.
    columns: Vec<Rev>,
    /// How each column is drawn.
    styles: HashMap<Rev, Cell>,
    style: Style,
    /// Of the drawing before: where its changeset was, and by how many columns it grew.
    last_at: usize,
    last_growth: i32,
}

/// One drawing: from the columns before it to those after it.
struct Step {
    /// The column of the changeset.
    at: usize,
    /// From which column to which.
    edges: Vec<(usize, usize)>,
    /// Columns before.
    count: usize,
    /// By how many columns it grows: -1, 0 or 1.
    growth: i32,
}

impl Graph {
    pub(crate) fn new(style: Style) -> Self {
        Graph { style, ..Graph::default() }
    }

    /// How wide the next changeset's drawing is.
    pub(crate) fn width(&self, rev: Rev, edges: &[Edge]) -> usize {
        let known = self.columns.contains(&rev);
        let count = self.columns.len() + usize::from(!known);
        let mut fresh: Vec<Rev> = Vec::new();
        for edge in edges.iter().filter(|edge| edge.target() != rev) {
            if !self.columns.contains(&edge.target()) {
                fresh.push(edge.target());
            }
        }
        let width = 1 + count * 2;
        if fresh.len() > 1 { width + 2 } else { width }
    }

    /// Draws a changeset under `mark` beside its lines.
    pub(crate) fn draw(&mut self, rev: Rev, edges: &[Edge], mark: &[u8], lines: &[&[u8]], out: &mut Vec<u8>) {
        let mut mark = mark;
        let mut lines = lines;
        for step in self.steps(rev, edges) {
            self.draw_step(step, mark, lines, out);
            mark = b"\\";
            lines = &[];
        }
    }

    /// Takes the columns on to what comes after `rev`. More than two new lines are opened one drawing at a time.
    fn steps(&mut self, rev: Rev, edges: &[Edge]) -> Vec<Step> {
        if !self.columns.contains(&rev) {
            self.columns.push(rev);
        }
        let mut at = self.columns.iter().position(|&known| known == rev).unwrap_or(0);
        let (mut known, mut fresh) = (Vec::new(), Vec::new());
        for edge in edges.iter().filter(|edge| edge.target() != rev) {
            if self.columns.contains(&edge.target()) {
                known.push(edge.target());
            } else {
                fresh.push(edge.target());
                self.styles.insert(edge.target(), self.style.cell(*edge));
            }
        }
        let mut count = self.columns.len();
        self.columns.splice(at..=at, fresh.iter().copied());
        let column_of = |columns: &[Rev], target: Rev| columns.iter().position(|&rev| rev == target).unwrap_or(0);
        let mut open: Vec<(usize, usize)> =
            known.into_iter().map(|target| (at, column_of(&self.columns, target))).collect();
        let mut steps = Vec::new();
        let mut left = fresh.len();
        while left > 2 {
            open.extend([(at, at), (at, at + 1)]);
            steps.push(Step { at, edges: std::mem::take(&mut open), count, growth: 1 });
            at += 1;
            count += 1;
            left -= 1;
        }
        if left > 0 {
            open.push((at, at));
        }
        if left > 1 {
            open.push((at, at + 1));
        }
        self.styles.remove(&rev);
        let growth = self.columns.len() as i32 - count as i32;
        steps.push(Step { at, edges: open, count, growth });
        steps
    }

    fn draw_step(&mut self, mut step: Step, mark: &[u8], lines: &[&[u8]], out: &mut Vec<u8>) {
        let cells = self.cells(&step);
        if step.growth == -1 {
            // The columns to the right move left: an edge that goes right ends one column farther.
            for edge in step.edges.iter_mut().filter(|edge| edge.1 > edge.0) {
                edge.1 += 1;
            }
        }
        let far_right = step.edges.iter().any(|&(from, to)| from + 1 < to);
        let padding = lines.len() > 2 && step.growth == -1 && far_right;
        let straight_tail = lines.len() <= 2 && !padding;

        let mut node: Row = cells[..step.at * 2].to_vec();
        let mark_at = node.len();
        node.extend([Cell::Mark(b'?'), SPACE]);
        node.extend(self.tail_beside_node(&cells, &step, straight_tail));
        let mut between = below_node(&cells, &step);
        draw_edges(&cells, &step.edges, &mut node, &mut between);

        let mut rows = vec![node];
        if padding {
            rows.push(padding_row(&cells, &step));
        }
        if !self.style.short || between.iter().any(|&cell| self.style.is_slanted(cell)) {
            rows.push(between);
        }
        let after = (step.count as i32 + step.growth).max(0) as usize;
        let plain: Row = cells[..(after * 2).min(cells.len())].to_vec();
        while rows.len() < lines.len() {
            rows.push(plain.clone());
        }
        self.end_lines(&mut rows, &plain);

        let width = 2 * step.count.max(after);
        for (number, row) in rows.iter().enumerate() {
            let start = out.len();
            for (at, cell) in row.iter().enumerate() {
                match cell {
                    Cell::Mark(_) if number == 0 && at == mark_at => out.extend_from_slice(mark),
                    Cell::Mark(mark) => out.push(*mark),
                    Cell::Line(kind) => out.extend_from_slice(&self.style.lines[*kind]),
                    Cell::Ending => out.push(b' '),
                }
            }
            let drawn = out.len() - start;
            out.resize(out.len() + width.saturating_sub(drawn) + 1, b' ');
            out.extend_from_slice(lines.get(number).copied().unwrap_or_default());
            let end = out[start..].iter().rposition(|&byte| !is_space(byte)).map_or(start, |last| start + last + 1);
            out.truncate(end);
            out.push(b'\n');
        }
        self.last_growth = step.growth;
        self.last_at = step.at;
    }

    /// The columns after the step, each with a space behind it; as many as the drawing can need.
    fn cells(&self, step: &Step) -> Row {
        let mut cells: Row = Vec::with_capacity(self.columns.len() * 2 + 2);
        for rev in &self.columns {
            cells.extend([self.styles.get(rev).copied().unwrap_or(Cell::Mark(b'|')), SPACE]);
        }
        let needed = (step.count as i32 + step.growth).max(0) as usize;
        while cells.len() < needed * 2 {
            cells.extend([Cell::Mark(b'|'), SPACE]);
        }
        cells
    }

    /// What stands to the right of the changeset. Lines that are on their way sideways go on without a straight piece
    /// between two slanted ones.
    fn tail_beside_node(&self, cells: &[Cell], step: &Step, straight: bool) -> Row {
        let right = step.count - step.at - 1;
        if !straight || step.growth != self.last_growth || step.growth == 0 {
            return cells[cells.len().saturating_sub(right * 2)..].to_vec();
        }
        if step.growth == -1 {
            let start = (step.at + 1).max(self.last_at);
            let mut tail: Row = cells.get(step.at * 2..(start - 1) * 2).unwrap_or_default().to_vec();
            for _ in start..step.count {
                tail.extend([Cell::Mark(b'/'), SPACE]);
            }
            tail
        } else {
            [Cell::Mark(b'\\'), SPACE].repeat(right)
        }
    }

    /// Lets the lines of parents that are not shown run out: a piece of line, then `~`. Columns to the right of them
    /// move over into the room.
    fn end_lines(&mut self, rows: &mut Vec<Row>, plain: &Row) {
        if !self.styles.values().any(|cell| *cell == Cell::Ending) {
            return;
        }
        let mut marks: Vec<Cell> = plain.iter().step_by(2).copied().collect();
        while marks.last() == Some(&Cell::Ending) {
            marks.pop();
        }
        let ending = marks.iter().filter(|cell| **cell == Cell::Ending).count();
        let shifts = (ending * 2).saturating_sub(1);
        let least = if self.style.short { 2 } else { 3 };
        while rows.len() < least + shifts {
            rows.push(plain.clone());
        }
        if shifts > 0
            && let Some(first) = plain.iter().position(|cell| *cell == Cell::Ending)
        {
            let moving: Vec<usize> = (first..plain.len()).step_by(2).filter(|&at| plain[at] != Cell::Ending).collect();
            let mut places = moving.clone();
            let start = rows.len() - shifts;
            for row in &mut rows[start..] {
                let len = row.len();
                row.truncate(first.min(len));
                row.resize(len, SPACE);
                for (number, place) in places.iter_mut().enumerate() {
                    let (next, target) = (*place - 1, first + number * 2);
                    if let Some(cell) = row.get_mut(next) {
                        *cell = if next > target { Cell::Mark(b'/') } else { plain[moving[number]] };
                    }
                    *place = next.max(target);
                }
            }
        }
        for (number, row) in rows.iter_mut().enumerate() {
            for cell in row.iter_mut().filter(|cell| **cell == Cell::Ending) {
                *cell = match (number, self.style.short) {
                    (1, false) => Cell::Mark(b'|'),
                    (2, false) | (1, true) => Cell::Mark(b'~'),
                    _ => SPACE,
                };
            }
        }
        let gone: Vec<Rev> =
            self.styles.iter().filter(|(_, cell)| **cell == Cell::Ending).map(|(rev, _)| *rev).collect();
        for rev in gone {
            self.styles.remove(&rev);
            self.columns.retain(|&column| column != rev);
        }
    }
}

/// The row between this changeset and the next, before edges are drawn into it.
fn below_node(cells: &[Cell], step: &Step) -> Row {
    let mut row: Row = cells[..step.at * 2].to_vec();
    row.resize(row.len() + (2 + step.growth).max(0) as usize, SPACE);
    let right = step.count - step.at - 1;
    match step.growth {
        -1 => row.extend([Cell::Mark(b'/'), SPACE].repeat(right)),
        0 => row.extend_from_slice(cells.get((step.at + 1) * 2..step.count * 2).unwrap_or_default()),
        _ => row.extend([Cell::Mark(b'\\'), SPACE].repeat(right)),
    }
    row
}

/// A straight row between the changeset and slanted lines.
fn padding_row(cells: &[Cell], step: &Step) -> Row {
    let mut row: Row = cells[..step.at * 2].to_vec();
    let goes_on = step.edges.iter().any(|&(from, to)| from == step.at && (to == from || to + 1 == from));
    if goes_on {
        row.extend_from_slice(&cells[step.at * 2..(step.at + 1) * 2]);
    } else {
        row.extend([SPACE, SPACE]);
    }
    let right = step.count - step.at - 1;
    row.extend_from_slice(&cells[cells.len().saturating_sub(right * 2)..]);
    row
}

/// Draws the lines that start at the changeset: to a neighbouring column below it, to a farther one beside it.
fn draw_edges(cells: &[Cell], edges: &[(usize, usize)], node: &mut Row, between: &mut Row) {
    let set = |row: &mut Row, at: usize, cell: Cell| {
        if let Some(slot) = row.get_mut(at) {
            *slot = cell;
        }
    };
    for &(from, to) in edges {
        if from == to + 1 {
            set(between, 2 * to + 1, Cell::Mark(b'/'));
        } else if from + 1 == to {
            set(between, 2 * from + 1, Cell::Mark(b'\\'));
        } else if from == to {
            set(between, 2 * from, cells.get(2 * from).copied().unwrap_or(SPACE));
        } else if 2 * to < node.len() {
            set(node, 2 * to, Cell::Mark(b'+'));
            for at in 2 * from.min(to) + 1..2 * from.max(to) {
                if node.get(at) != Some(&Cell::Mark(b'+')) {
                    set(node, at, Cell::Mark(b'-'));
                }
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(nodes: &[(Rev, &[Edge])]) -> String {
        let mut graph = Graph::default();
        let mut out = Vec::new();
        for (rev, edges) in nodes {
            let line = rev.to_string();
            graph.draw(*rev, edges, b"o", &[line.as_bytes()], &mut out);
        }
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_merge() {
        let text = drawn(&[
            (3, &[Edge::Parent(1), Edge::Parent(2)]),
            (2, &[Edge::Parent(0)]),
            (1, &[Edge::Parent(0)]),
            (0, &[]),
        ]);
        assert_eq!(text, "o    3\n|\\\n| o  2\n| |\no |  1\n|/\no  0\n\n");
    }

    #[test]
    fn parents_that_are_not_shown() {
        assert_eq!(drawn(&[(5, &[Edge::Missing(4)])]), "o  5\n|\n~\n");
        assert_eq!(drawn(&[(5, &[Edge::Ancestor(2)]), (2, &[])]), "o  5\n:\no  2\n\n");
    }
}
