//! `--stat`: how many lines each file gained and lost.
//!
//! Legacy counts on the text of a diff, and ends lines there at carriage returns too; so does this.

use crate::file::FileDiff;

/// One file's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// Its name, or `old => new`.
    pub name: Vec<u8>,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
    /// A binary file.
    pub binary: bool,
}

/// Counts the lines of a diff that was made without context and with prefixes.
#[derive(Debug, Default)]
pub struct Counter {
    files: Vec<FileStat>,
    in_header: bool,
}

impl Counter {
    /// Adds one file's diff.
    pub fn add(&mut self, diff: &FileDiff) {
        for part in [&diff.header, &diff.body] {
            for line in part.split_inclusive(|&byte| byte == b'\n') {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                line.split(|&byte| byte == b'\r').for_each(|line| self.line(line));
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        if line.starts_with(b"diff") {
            self.in_header = true;
            let name = name_of(line).map(<[u8]>::to_vec).or_else(|| self.files.last().map(|file| file.name.clone()));
            self.files.push(FileStat { name: name.unwrap_or_default(), added: 0, removed: 0, binary: false });
            return;
        }
        let Some(file) = self.files.last_mut() else { return };
        if line.starts_with(b"@@") {
            self.in_header = false;
        } else if line.starts_with(b"+") && !self.in_header {
            file.added += 1;
        } else if line.starts_with(b"-") && !self.in_header {
            file.removed += 1;
        } else if line.starts_with(b"GIT binary patch") || line.starts_with(b"Binary file") {
            file.binary = true;
        } else if let Some(from) = line.strip_prefix(b"rename from ") {
            file.name = from.to_vec();
        } else if let Some(to) = line.strip_prefix(b"rename to ") {
            file.name = [&file.name, &b" => "[..], to].concat();
        }
    }

    /// The files in order.
    pub fn files(&self) -> &[FileStat] {
        &self.files
    }
}

/// The name in the first line of a file's header.
fn name_of(line: &[u8]) -> Option<&[u8]> {
    if let Some(names) = line.strip_prefix(b"diff --git a/") {
        let at = names.windows(3).rposition(|window| window == b" b/")?;
        return Some(&names[at + 3..]);
    }
    let mut rest = line.strip_prefix(b"diff ")?;
    while let Some(words) = rest.strip_prefix(b"-r ") {
        let at = words.iter().position(|&byte| byte == b' ')?;
        rest = &words[at + 1..];
    }
    Some(rest)
}

/// A line of a diffstat as pieces with labels.
pub type Line = Vec<(Vec<u8>, &'static str)>;

/// The diffstat `width` columns wide; `columns` tells how wide a name is. Empty without files.
pub fn render(files: &[FileStat], width: usize, columns: &dyn Fn(&[u8]) -> usize) -> Vec<Line> {
    if files.is_empty() {
        return Vec::new();
    }
    let longest = files.iter().map(|file| columns(&file.name)).max().unwrap_or(0);
    let most = files.iter().map(|file| file.added + file.removed).max().unwrap_or(0);
    let digits = most.to_string().len();
    let digits = if files.iter().any(|file| file.binary) { digits.max(3) } else { digits };
    let graph = width.saturating_sub(digits + longest + 6).max(10);
    // What there is shows, however little it is.
    let scale = |count: usize| if most <= graph { count } else { (count * graph / most).max(usize::from(count > 0)) };
    let mut lines = Vec::new();
    for file in files {
        let pad = " ".repeat(longest - columns(&file.name));
        let count = if file.binary { "Bin".to_owned() } else { (file.added + file.removed).to_string() };
        let head = [b" ", &file.name[..], pad.as_bytes(), format!(" |  {count:>digits$} ").as_bytes()].concat();
        let (plus, minus) = ("+".repeat(scale(file.added)), "-".repeat(scale(file.removed)));
        lines.push(vec![
            (head, ""),
            (plus.into_bytes(), "diffstat.inserted"),
            (minus.into_bytes(), "diffstat.deleted"),
        ]);
    }
    let (added, removed) = files.iter().fold((0, 0), |(a, r), file| (a + file.added, r + file.removed));
    let total = format!(" {} files changed, {added} insertions(+), {removed} deletions(-)", files.len());
    lines.push(vec![(total.into_bytes(), "")]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(header: &str, body: &str) -> Vec<FileStat> {
        let mut counter = Counter::default();
        counter.add(&FileDiff { header: header.into(), body: body.into() });
        counter.files().to_vec()
    }

    #[test]
    fn lines_are_counted_by_their_sign() {
        let files = count("diff -r 1 -r 2 a b\n--- a/a b\n+++ b/a b\n", "@@ -1,1 +1,2 @@\n--x\n++y\n+z\r+q\n");
        assert_eq!(files, [FileStat { name: b"a b".to_vec(), added: 3, removed: 1, binary: false }]);
        let files = count("diff --git a/x b/y\nrename from x\nrename to y\n", "");
        assert_eq!(files[0].name, b"x => y");
    }

    #[test]
    fn graphs_are_scaled_to_the_width() {
        let file = |name: &str, added, removed| FileStat { name: name.into(), added, removed, binary: false };
        let lines = render(&[file("a", 300, 0), file("long", 1, 1)], 40, &<[u8]>::len);
        let text: Vec<String> = lines
            .iter()
            .map(|line| line.iter().map(|(piece, _)| String::from_utf8_lossy(piece).into_owned()).collect())
            .collect();
        assert_eq!(text[0], format!(" a    |  300 {}", "+".repeat(27)));
        assert_eq!(text[1], " long |    2 +-");
        assert_eq!(text[2], " 2 files changed, 301 insertions(+), 1 deletions(-)");
    }
}
