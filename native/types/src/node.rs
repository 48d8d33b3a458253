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
        let hex: &[u8; 40] = hex.try_into().ok()?;
        let mut out = [0u8; 20];
        let mut seen = 0;
        for (i, byte) in out.iter_mut().enumerate() {
            let (high, low) = (NIBBLES[usize::from(hex[2 * i])], NIBBLES[usize::from(hex[2 * i + 1])]);
            seen |= high | low;
            *byte = (high << 4) | (low & 15);
        }
        (seen & NO_DIGIT == 0).then_some(Node(out))
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
        for (pair, byte) in out.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
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
    std::str::from_utf8(&node.short()).unwrap_or_default().to_owned()
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

/// What [`NIBBLES`] has for bytes that are no digit; no digit has any of these bits.
const NO_DIGIT: u8 = 0xf0;

/// The value of each hexadecimal digit.
const NIBBLES: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        table[HEX[value as usize] as usize] = value;
        table[HEX[value as usize].to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
};

fn nibble(c: u8) -> Option<u8> {
    Some(NIBBLES[usize::from(c)]).filter(|&value| value != NO_DIGIT)
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
