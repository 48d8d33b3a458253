//! Sizes as `size()` reads them: `1k`, `< 20k`, `.5MB`, `4k - 1MB`.

/// Which sizes are meant, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    from: i64,
    to: i64,
}

/// In the order in which legacy tries them: `kb` ends in `b`, but not in `k`.
const UNITS: [(&[u8], i64); 7] = [
    (b"m", 1 << 20),
    (b"k", 1 << 10),
    (b"g", 1 << 30),
    (b"kb", 1 << 10),
    (b"mb", 1 << 20),
    (b"gb", 1 << 30),
    (b"b", 1),
];

/// Beyond this a float no longer tells one byte from the next.
const MAX: f64 = (1_u64 << 50) as f64;

impl Sizes {
    /// Reads an expression; `None` for a mistake, and for numbers that only Python reads.
    pub(crate) fn parse(expression: &[u8]) -> Option<Sizes> {
        let text = expression.trim_ascii();
        if let Some(dash) = memchr::memchr(b'-', text) {
            return Some(Sizes {
                from: Size::parse(&text[..dash])?.bytes()?,
                to: Size::parse(&text[dash + 1..])?.bytes()?,
            });
        }
        let bytes = |text| Size::parse(text)?.bytes();
        Some(match text {
            [b'<', b'=', rest @ ..] => Sizes { from: i64::MIN, to: bytes(rest)? },
            [b'<', rest @ ..] => Sizes { from: i64::MIN, to: bytes(rest)? - 1 },
            [b'>', b'=', rest @ ..] => Sizes { from: bytes(rest)?, to: i64::MAX },
            [b'>', rest @ ..] => Sizes { from: bytes(rest)? + 1, to: i64::MAX },
            _ => {
                let size = Size::parse(text)?;
                Sizes { from: size.bytes()?, to: size.last()? }
            }
        })
    }

    /// Whether a file of this size is meant.
    pub(crate) fn contain(self, size: u64) -> bool {
        i64::try_from(size).is_ok_and(|size| self.from <= size && size <= self.to)
    }
}

/// A number and its unit.
struct Size {
    number: f64,
    /// How many digits are behind the point.
    digits: i32,
    unit: Option<i64>,
}

impl Size {
    fn parse(text: &[u8]) -> Option<Size> {
        let text = text.trim_ascii().to_ascii_lowercase();
        let unit = UNITS.iter().find(|(name, _)| text.ends_with(name));
        let number = text[..text.len() - unit.map_or(0, |(name, _)| name.len())].trim_ascii();
        let plain = |byte: &u8| byte.is_ascii_digit() || (*byte == b'.' && unit.is_some());
        if number.len() > 15 || !number.iter().all(plain) || number.iter().filter(|&&byte| byte == b'.').count() > 1 {
            return None;
        }
        let point = memchr::memchr(b'.', number);
        let digits = point.map_or(0, |point| number.len() - point - 1);
        let number = std::str::from_utf8(number).ok()?.parse().ok()?;
        Some(Size { number, digits: i32::try_from(digits).ok()?, unit: unit.map(|&(_, bytes)| bytes) })
    }

    fn bytes(&self) -> Option<i64> {
        whole(self.number * self.unit.unwrap_or(1) as f64)
    }

    /// The last size that rounds to this: of `4k` the one before `5k`, of `4.5k` the one before `4.6k`.
    fn last(&self) -> Option<i64> {
        let Some(unit) = self.unit else { return self.bytes() };
        let step = 1.0 / 10_i64.checked_pow(self.digits.unsigned_abs())? as f64;
        Some(whole((self.number + step) * unit as f64)? - 1)
    }
}

fn whole(number: f64) -> Option<i64> {
    (0.0..MAX).contains(&number).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<(i64, i64)> {
        Sizes::parse(text.as_bytes()).map(|sizes| (sizes.from, sizes.to))
    }

    #[test]
    fn expressions_of_the_help_text() {
        assert_eq!(range("1k"), Some((1024, 2047)));
        assert_eq!(range("< 20k"), Some((i64::MIN, 20479)));
        assert_eq!(range(">= .5MB"), Some((524_288, i64::MAX)));
        assert_eq!(range("4k - 1MB"), Some((4096, 1_048_576)));
        assert_eq!(range(" 2.2kb "), Some((2252, 2354)));
        assert_eq!(range("30"), Some((30, 30)));
        assert_eq!(range("3b"), Some((3, 3)));
        assert_eq!(range(">1 k"), Some((1025, i64::MAX)));
        assert_eq!(range("<=0"), Some((i64::MIN, 0)));
    }

    #[test]
    fn mistakes_and_what_only_python_reads() {
        for text in [
            "",
            "k",
            "1.5",
            "1e3",
            "1_000",
            "+1",
            "1.2.3k",
            "a-b",
            "-1",
            "1-2-3",
            "1tb",
            "infb",
            ".k",
            "99999999999999999999",
        ] {
            assert_eq!(range(text), None, "{text}");
        }
    }
}
