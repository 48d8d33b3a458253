//! The functions that look at each file: its size, its contents, where it was copied from. A file that is not there
//! has none of it.

use crate::evaluate::Scope;
use crate::invalid;
use crate::parse::Tree;
use crate::predicates::text;
use crate::size::Sizes;
use amalgam_matching::{Matcher, Subject, TextRegex};
use amalgam_types::{Outcome, Reason, Stop};
use memchr::memmem;

/// The matcher that a function makes.
///
/// # Errors
/// `PatternUnsupported` for a function that nobody knows, or that is not answered here.
pub(crate) fn call<'a>(scope: &Scope<'_, 'a>, name: &[u8], argument: Option<&Tree>) -> Outcome<Matcher<'a>> {
    let given = || text(argument.ok_or_else(|| invalid("an argument is missing"))?);
    match name {
        b"binary" => holding(scope, is_binary),
        b"copied" => copied(scope),
        b"encoding" => match Encoding::named(given()?) {
            Some(encoding) => holding(scope, move |data| encoding.decodes(data)),
            None => {
                Err(Stop::unsupported(Reason::PatternUnsupported, "encoding() of an encoding native does not know"))
            }
        },
        b"eol" => {
            let style = Style::named(given()?);
            holding(scope, move |data| !is_binary(data) && style.is_some_and(|style| style.is_in(data)))
        }
        b"grep" => {
            let regex = TextRegex::new(given()?, false)?;
            holding(scope, move |data| regex.is_match(data))
        }
        b"size" => {
            let sizes = Sizes::parse(given()?).ok_or_else(|| invalid("a size"))?;
            sized(scope, sizes)
        }
        _ => Err(Stop::unsupported(Reason::PatternUnsupported, String::from_utf8_lossy(name))),
    }
}

/// Files with contents for which `test` holds.
fn holding<'a>(scope: &Scope<'_, 'a>, test: impl Fn(&[u8]) -> bool + Send + Sync + 'a) -> Outcome<Matcher<'a>> {
    let (repository, aside) = (scope.setting.working_copy.repository, scope.setting.aside);
    Ok(match scope.subject {
        Subject::WorkingCopy => {
            let files = scope.setting.working_copy.files()?;
            Matcher::predicate(move |path| {
                let file = aside.settled(files.read_if_there(path, &mut Vec::new()));
                file.is_some_and(|file| test(&file.content))
            })
        }
        Subject::Revision(rev) => {
            let manifest = repository.manifest_of(rev)?;
            Matcher::predicate(move |path| {
                let content = manifest
                    .get(path)
                    .and_then(|entry| entry.map(|entry| repository.file_content(path, &entry.node()?)).transpose());
                aside.settled(content).is_some_and(|content| test(&content))
            })
        }
    })
}

fn sized<'a>(scope: &Scope<'_, 'a>, sizes: Sizes) -> Outcome<Matcher<'a>> {
    let (repository, aside) = (scope.setting.working_copy.repository, scope.setting.aside);
    Ok(match scope.subject {
        Subject::WorkingCopy => {
            let files = scope.setting.working_copy.files()?;
            Matcher::predicate(move |path| {
                let size = aside.settled(files.size_if_there(path, &mut Vec::new()));
                size.is_some_and(|size| sizes.contain(size))
            })
        }
        Subject::Revision(rev) => {
            let manifest = repository.manifest_of(rev)?;
            Matcher::predicate(move |path| {
                let size = manifest
                    .get(path)
                    .and_then(|entry| entry.map(|entry| repository.file_size(path, &entry.node()?)).transpose());
                aside.settled(size).is_some_and(|size| sizes.contain(size))
            })
        }
    })
}

/// Files that are recorded as copied from one that the first parent has.
fn copied<'a>(scope: &Scope<'_, 'a>) -> Outcome<Matcher<'a>> {
    let (repository, aside) = (scope.setting.working_copy.repository, scope.setting.aside);
    Ok(match scope.subject {
        Subject::WorkingCopy => {
            let parent = repository.manifest_of(repository.working_revs()?[0])?;
            let mut copied = std::collections::HashSet::new();
            for (to, from) in scope.setting.working_copy.dirstate()?.copies()? {
                if to != from && parent.get(&from)?.is_some() {
                    copied.insert(to);
                }
            }
            Matcher::predicate(move |path| copied.contains(path))
        }
        Subject::Revision(rev) => {
            let manifest = repository.manifest_of(rev)?;
            Matcher::predicate(move |path| {
                let source = manifest
                    .get(path)
                    .and_then(|entry| entry.map(|entry| repository.file_copied(path, &entry.node()?)).transpose());
                aside.settled(source.map(Option::flatten)).is_some_and(|source| source.path != path)
            })
        }
    })
}

fn is_binary(data: &[u8]) -> bool {
    memchr::memchr(0, data).is_some()
}

/// An encoding whose rules need no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Ascii,
    Utf8,
    Latin1,
}

impl Encoding {
    /// By a name that Python knows; its other spellings are left to it.
    fn named(name: &[u8]) -> Option<Encoding> {
        Some(match name.to_ascii_lowercase().as_slice() {
            b"ascii" | b"us-ascii" => Encoding::Ascii,
            b"utf-8" | b"utf8" => Encoding::Utf8,
            b"latin-1" | b"latin1" | b"iso-8859-1" => Encoding::Latin1,
            _ => return None,
        })
    }

    fn decodes(self, data: &[u8]) -> bool {
        match self {
            Encoding::Ascii => data.is_ascii(),
            Encoding::Utf8 => std::str::from_utf8(data).is_ok(),
            Encoding::Latin1 => true,
        }
    }
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Dos,
    Unix,
    Mac,
}

impl Style {
    fn named(name: &[u8]) -> Option<Style> {
        Some(match name {
            b"dos" | b"win" => Style::Dos,
            b"unix" => Style::Unix,
            b"mac" => Style::Mac,
            _ => return None,
        })
    }

    /// Whether any line ends like this.
    fn is_in(self, data: &[u8]) -> bool {
        match self {
            Style::Dos => memmem::find(data, b"\r\n").is_some(),
            Style::Unix => memchr::memchr_iter(b'\n', data).any(|at| at == 0 || data[at - 1] != b'\r'),
            Style::Mac => memchr::memchr_iter(b'\r', data).any(|at| data.get(at + 1) != Some(&b'\n')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends() {
        let styles = |data: &[u8]| [Style::Dos, Style::Unix, Style::Mac].map(|style| style.is_in(data));
        assert_eq!(styles(b"a\r\nb"), [true, false, false]);
        assert_eq!(styles(b"\n"), [false, true, false]);
        assert_eq!(styles(b"a\rb\r"), [false, false, true]);
        assert_eq!(styles(b"\r\r\n\n"), [true, true, true]);
        assert_eq!(styles(b"ab"), [false, false, false]);
    }

    #[test]
    fn encodings() {
        let decodes = |name: &str, data: &[u8]| Encoding::named(name.as_bytes()).map(|encoding| encoding.decodes(data));
        assert_eq!(decodes("ASCII", b"a\xc3\xa9"), Some(false));
        assert_eq!(decodes("utf-8", b"a\xc3\xa9"), Some(true));
        assert_eq!(decodes("UTF-8", b"\xed\xa0\x80"), Some(false));
        assert_eq!(decodes("latin1", b"\xff\x81"), Some(true));
        assert_eq!(decodes("utf_16", b""), None);
    }
}
