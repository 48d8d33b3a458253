//! `mailmap()`: names and addresses that a `.mailmap` puts in the place of others.
//!
//! ```text
//! Proper Name <commit@example.org>
//! <proper@example.org> <commit@example.org>
//! Proper Name <proper@example.org> Commit Name <commit@example.org>   # remark
//! ```
//!
//! Source: gitmailmap(5), `hg help templates`, and what legacy makes of odd lines.

use crate::text::{email, person};
use std::borrow::Cow;
use std::collections::HashMap;

/// What a `.mailmap` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailmap {
    /// By the address that a commit has, and the name where the line says one.
    proper: HashMap<(Vec<u8>, Option<Vec<u8>>), Proper>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Proper {
    name: Option<Vec<u8>>,
    email: Vec<u8>,
}

impl Mailmap {
    /// Reads a `.mailmap`. Lines without an address, or with nothing to say of the only one, count for nothing.
    pub fn parse(text: &[u8]) -> Self {
        let mut found = Mailmap::default();
        for line in text.split(|&byte| byte == b'\n' || byte == b'\r') {
            let (mut names, mut emails): (Vec<Vec<u8>>, Vec<&[u8]>) = (Vec::new(), Vec::new());
            let mut words: Vec<&[u8]> = Vec::new();
            for word in line.split(|byte| b" \t\x0b\x0c".contains(byte)).filter(|word| !word.is_empty()) {
                match word {
                    [b'#', ..] => break,
                    [b'<', .., b'>'] => {
                        emails.push(&word[1..word.len() - 1]);
                        if !words.is_empty() {
                            names.push(std::mem::take(&mut words).join(&b' '));
                        }
                        if emails.len() == 2 {
                            break;
                        }
                    }
                    _ => words.push(word),
                }
            }
            let (Some(&first), Some(&last)) = (emails.first(), emails.last()) else { continue };
            if names.is_empty() && emails.len() == 1 {
                continue;
            }
            let named = if names.len() == 2 { names.pop() } else { None };
            found.proper.insert((last.to_vec(), named), Proper { name: names.pop(), email: first.to_vec() });
        }
        found
    }

    /// The author with the proper name and address; one that is not a name with an address stays as it is.
    pub fn proper<'t>(&self, author: &'t [u8]) -> Cow<'t, [u8]> {
        if self.proper.is_empty() || !is_well_formed(author) {
            return Cow::Borrowed(author);
        }
        let (name, email) = (person(author), email(author));
        let by_both = self.proper.get(&(email.to_vec(), Some(name.clone())));
        let proper = by_both.or_else(|| self.proper.get(&(email.to_vec(), None)));
        let named = proper.and_then(|proper| proper.name.as_deref()).unwrap_or(&name);
        let address = proper.map(|proper| proper.email.as_slice()).filter(|email| !email.is_empty()).unwrap_or(email);
        Cow::Owned([named, b" <", address, b">"].concat())
    }
}

/// Whether an author is a name, white space, and an address in angle brackets, with nothing behind it.
fn is_well_formed(author: &[u8]) -> bool {
    let author = author.strip_suffix(b"\n").unwrap_or(author);
    let Some((name, rest)) = author.iter().position(|&byte| byte == b'<').map(|at| author.split_at(at)) else {
        return false;
    };
    let Some(address) = rest[1..].strip_suffix(b">") else { return false };
    let is_apart = name.len() > 1 && name.last().is_some_and(|last| b" \t\n\r\x0b\x0c".contains(last));
    let at = address.iter().position(|&byte| byte == b'@');
    // With several signs, one that has something on both sides will do.
    let is_inside = |at: usize| {
        let inner = address.get(at + 1..address.len().saturating_sub(1)).unwrap_or_default();
        at > 0 && at + 1 < address.len() || inner.contains(&b'@')
    };
    is_apart && at.is_some_and(is_inside) && !address.iter().any(|byte| b"<>".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_each_kind() {
        let map = Mailmap::parse(
            b"# remark\n  # another\nOne <1@x>\r\n<two@y> <2@x>\nThree Full <three@y> <3@x> # remark\n\
              Four <four@y> Commit Four <4@x>\nalone\n<5@x>\n# Six <6@x>\nSeven <7@x> <8@x>#x <9@x>\n",
        );
        for (author, proper) in [
            ("A <1@x>", "One <1@x>"),
            ("A <2@x>", "A <two@y>"),
            ("A <3@x>", "Three Full <three@y>"),
            ("A <4@x>", "A <4@x>"),
            ("Commit Four <4@x>", "Four <four@y>"),
            ("A <5@x>", "A <5@x>"),
            ("A <6@x>", "A <6@x>"),
            ("A <9@x>", "A <9@x>"),
            ("<8@x>#x <9@x>", "<8@x>#x <9@x>"),
            ("\"A\" <1@x>", "One <1@x>"),
            ("\"A\" <0@x>", "A <0@x>"),
            ("1@x", "1@x"),
            ("<1@x>", "<1@x>"),
            ("A<1@x>", "A<1@x>"),
        ] {
            assert_eq!(map.proper(author.as_bytes()), proper.as_bytes(), "{author}");
        }
        assert_eq!(Mailmap::parse(b"").proper(b"\"A\" <0@x>"), &b"\"A\" <0@x>"[..]);
    }

    #[test]
    fn what_is_a_name_with_an_address() {
        for author in ["A <a@b>", "A B\t<a@b@c>", "A  <@@b>", "A <a@@>", "A <a@b>\n"] {
            assert!(is_well_formed(author.as_bytes()), "{author}");
        }
        for author in ["A", "A <a>", "A <@b>", "A <a@>", " <a@b>", "<a@b>", "A <a@b", "A <a@b> x", "A <a<@b>", "A <@>"]
        {
            assert!(!is_well_formed(author.as_bytes()), "{author}");
        }
    }
}
