//! Node ids (SHA-1, 20 bytes), their hexadecimal prefixes, and revision numbers.

use std::fmt;

/// A local revision number. `-1` is the null revision.
pub type Rev = i32;

/// The parent of every root.
pub const NULL_REV: Rev = -1;

/// The number under which Mercurial speaks of the working directory (`2**31 - 1`).
pub const WDIR_REV: Rev = i32::MAX;

/// A 20-byte changeset, manifest or file-revision id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(pub [u8; 20]);

/// Twenty zero bytes: the null revision's id.
pub const NULL_NODE: Node = Node([0; 20]);

/// Twenty `ff` bytes: the working directory's pseudo id.
pub const WDIR_NODE: Node = Node([0xff; 20]);

const HEX: &[u8; 16] = b"0123456789abcdef";

impl Node {
    /// Reads the first twenty bytes; `None` when there are fewer.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.get(..20)?.try_into().ok().map(Node)
    }

    /// Parses exactly forty hexadecimal digits of either case.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 {
            return None;
        }
        let mut out = [0u8; 20];
        for (byte, pair) in out.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
        }
        Some(Node(out))
    }

    /// Forty lower-case digits.
    pub fn hex(&self) -> [u8; 40] {
        let mut out = [0u8; 40];
        for (i, byte) in self.0.iter().enumerate() {
            out[2 * i] = HEX[usize::from(byte >> 4)];
            out[2 * i + 1] = HEX[usize::from(byte & 15)];
        }
        out
    }

    /// The first twelve digits, the form that Mercurial prints.
    pub fn short(&self) -> [u8; 12] {
        let mut out = [0u8; 12];
        out.copy_from_slice(&self.hex()[..12]);
        out
    }

    /// Whether this is the null id.
    pub fn is_null(&self) -> bool {
        *self == NULL_NODE
    }
}

/// `bytes` as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first twelve digits of `node` as a `String`, for messages.
pub fn short_hex(node: &Node) -> String {
    node.short().iter().map(|&b| char::from(b)).collect()
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex()).unwrap_or_default())
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({self})")
    }
}

fn nibble(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        b'A'..=b'F' => Some(c - b'A' + 10),
        _ => None,
    }
}

/// One to forty hexadecimal digits that may identify a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodePrefix {
    bytes: [u8; 20],
    nibbles: u8,
}

impl NodePrefix {
    /// Parses one to forty digits; `None` for anything else.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.is_empty() || hex.len() > 40 {
            return None;
        }
        let mut bytes = [0u8; 20];
        for (i, &c) in hex.iter().enumerate() {
            let value = nibble(c)?;
            bytes[i / 2] |= if i % 2 == 0 { value << 4 } else { value };
        }
        Some(NodePrefix { bytes, nibbles: hex.len() as u8 })
    }

    /// How many digits were given.
    pub fn len(&self) -> usize {
        usize::from(self.nibbles)
    }

    /// Never true; here because `len` is.
    pub fn is_empty(&self) -> bool {
        self.nibbles == 0
    }

    /// The value of digit `i`; 0 past the end.
    pub fn digit(&self, i: usize) -> u8 {
        let byte = self.bytes.get(i / 2).copied().unwrap_or(0);
        if i.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
    }

    /// The whole id, when all forty digits were given.
    pub fn whole(&self) -> Option<Node> {
        (self.nibbles == 40).then_some(Node(self.bytes))
    }

    /// Whether `node` starts with these digits.
    pub fn matches(&self, node: &Node) -> bool {
        let whole = usize::from(self.nibbles / 2);
        if node.0[..whole] != self.bytes[..whole] {
            return false;
        }
        self.nibbles.is_multiple_of(2) || (node.0[whole] ^ self.bytes[whole]) & 0xf0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips() {
        let hex = b"0123456789abcdef0123456789abcdef01234567";
        let node = Node::from_hex(hex).expect("forty digits");
        assert_eq!(&node.hex(), hex);
        assert_eq!(&node.short(), b"0123456789ab");
        assert_eq!(Node::from_hex(b"01"), None);
        assert_eq!(Node::from_hex(&[b'g'; 40]), None);
    }

    #[test]
    fn prefixes_compare_whole_and_half_bytes() {
        let node = Node::from_hex(b"0123456789abcdef0123456789abcdef01234567").expect("forty digits");
        for len in 1..=40 {
            let prefix = NodePrefix::from_hex(&node.hex()[..len]).expect("digits");
            assert!(prefix.matches(&node), "{len}");
        }
        let other = NodePrefix::from_hex(b"013").expect("digits");
        assert!(!other.matches(&node));
        assert_eq!(NodePrefix::from_hex(b""), None);
    }
}
