//! Binary content in the git format: the whole new content, compressed, as lines of base 85.
//!
//! The bytes are those of the deflate encoder, so they are legacy's only where legacy's Python is linked to the zlib
//! that is linked here, or to one that encodes alike. Both compress the same samples, and
//! [`SAMPLES_DIGEST`] is what comes of it here.

use sha1::{Digest, Sha1};

/// The alphabet of git's base 85.
const DIGITS: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// How much compressed content stands on a line.
const LINE: usize = 52;

/// The digest of the samples as this library compresses them; the facts about legacy have its own.
pub const SAMPLES_DIGEST: &str = "e1fc70e0751103d57031e12bcbfbfb1688e448bd";

/// What zlib's `compress` makes of `content` at its own default level; `None` where it does not fit this machine.
fn compress(content: &[u8]) -> Option<Vec<u8>> {
    let given = libz_sys::uLong::try_from(content.len()).ok()?;
    // SAFETY: a pure function of a number.
    let bound = unsafe { libz_sys::compressBound(given) };
    let mut out = vec![0; usize::try_from(bound).ok()?];
    let mut written = bound;
    // SAFETY: both pointers are to live buffers of the lengths given, `out` and `content` do not overlap, and
    // `written` is how much may be, and then was, written to `out`.
    let code = unsafe { libz_sys::compress(out.as_mut_ptr(), &raw mut written, content.as_ptr(), given) };
    out.truncate(usize::try_from(written).ok()?);
    (code == libz_sys::Z_OK).then_some(out)
}

/// The id that git gives to content; of a file that is not there, all zeros.
pub(crate) fn git_id(content: Option<&[u8]>) -> String {
    let Some(content) = content else { return "0".repeat(40) };
    let digest = Sha1::new().chain_update(format!("blob {}\0", content.len())).chain_update(content).finalize();
    hex(&digest)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The body of a file's diff, for what the file holds afterwards. `None` for content that is too large to be compressed
/// here.
pub(crate) fn git_binary(after: &[u8]) -> Option<Vec<u8>> {
    let compressed = compress(after)?;
    let mut body = format!("GIT binary patch\nliteral {}\n", after.len()).into_bytes();
    body.reserve(compressed.len() / 4 * 5 + compressed.len() / LINE * 2 + 16);
    for line in compressed.chunks(LINE) {
        let length = line.len() as u8;
        body.push(if length <= 26 { b'A' + length - 1 } else { b'a' + length - 27 });
        for group in line.chunks(4) {
            let mut bytes = [0; 4];
            bytes[..group.len()].copy_from_slice(group);
            let mut number = u32::from_be_bytes(bytes);
            let mut digits = [0; 5];
            for digit in digits.iter_mut().rev() {
                *digit = DIGITS[(number % 85) as usize];
                number /= 85;
            }
            body.extend_from_slice(&digits);
        }
        body.push(b'\n');
    }
    body.push(b'\n');
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `len` bytes without a pattern, the same at all times.
    fn noise(seed: &str, len: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(len + 20);
        let mut count = 0;
        while out.len() < len {
            out.extend_from_slice(&Sha1::digest(format!("{seed}{count}")));
            count += 1;
        }
        out.truncate(len);
        out
    }

    /// The samples: short, long, compressible and not, with matches near, far and just too far. `gather.py` makes the
    /// same.
    fn samples() -> Vec<Vec<u8>> {
        let random = noise("amalgam", 400_000);
        let words: Vec<Vec<u8>> = (0..300)
            .map(|word| {
                let from = &random[word * 12..];
                from[1..2 + usize::from(from[0] % 9)].iter().map(|byte| b'a' + byte % 26).collect()
            })
            .collect();
        let mut text = Vec::new();
        for (at, pair) in random[4000..164_000].chunks_exact(2).enumerate() {
            let place = (usize::from(pair[0]) * usize::from(pair[1])) >> 8;
            text.extend_from_slice(&words[place]);
            text.push(if at % 11 == 0 { b'\n' } else { b' ' });
        }
        let records: Vec<u8> = (0..40_000_usize)
            .flat_map(|at| [at as u8, (at >> 8) as u8, 0, random[at] & 3, random[at * 7 % 50_000], 0, 0, 255])
            .collect();
        let few: Vec<u8> = random.iter().map(|byte| byte & 1).collect();
        let skewed: Vec<u8> = random.iter().map(|byte| byte.trailing_zeros() as u8).collect();
        let far = [&random[..32_500], &random[..32_500], &random[..40_000], &random[..40_000]].concat();
        let mut samples = vec![Vec::new(), b"\0".to_vec(), b"a\0b".to_vec(), vec![0; 300_000]];
        for len in [10, 100, 1000, 16_383, 16_384, 32_768, 65_536] {
            samples.extend([random[..len].to_vec(), text[..len].to_vec(), records[..len].to_vec()]);
        }
        samples.extend([random[..200_000].to_vec(), text, records, few, skewed, far]);
        samples
    }

    #[test]
    fn the_samples_are_compressed_as_the_digest_says() {
        let mut digest = Sha1::new();
        for sample in samples() {
            let compressed = compress(&sample).expect("small enough");
            digest.update(format!("{} ", compressed.len()));
            digest.update(compressed);
        }
        assert_eq!(hex(&digest.finalize()), SAMPLES_DIGEST);
    }

    #[test]
    fn long_lines_and_short_ones() {
        let body = git_binary(&noise("lines", 200)).expect("small enough");
        let lines: Vec<&[u8]> = body.split(|&byte| byte == b'\n').collect();
        let lengths: Vec<usize> = lines[2..].iter().map(|line| line.len()).collect();
        assert_eq!((&lines[2][..1], lengths), (&b"z"[..], vec![66, 66, 66, 66, 5 + 1, 0, 0]));
    }
}
