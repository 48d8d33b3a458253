//! One stored chunk. Its first byte says how it is compressed: `x` zlib, `(` zstd (both are the first byte
//! of those formats themselves), `u` stored as it is after this byte, NUL stored as it is with this byte.

use crate::damaged;
use amalgam_types::Outcome;
use flate2::read::ZlibDecoder;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Read;
use zstd::zstd_safe::{self, DCtx};

/// No text or delta can be longer: lengths in the index are 31 bits.
pub(super) const LIMIT: u64 = i32::MAX as u64;

/// The bytes that the chunk stands for; what goes on past `limit` is cut off just behind it.
pub(super) fn decompress(chunk: &[u8], limit: u64) -> Outcome<Cow<'_, [u8]>> {
    match chunk.first() {
        None | Some(0) => Ok(Cow::Borrowed(chunk)),
        Some(b'u') => Ok(Cow::Borrowed(&chunk[1..])),
        Some(b'x') => read_all(ZlibDecoder::new(chunk), chunk.len(), limit).map(Cow::Owned),
        Some(b'(') => unpack_zstd(chunk, limit).map(Cow::Owned),
        Some(byte) => Err(damaged(format!("a chunk begins with {byte:#04x}"))),
    }
}

thread_local! {
    /// Making a zstd context costs more than most chunks.
    static ZSTD: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

fn unpack_zstd(chunk: &[u8], limit: u64) -> Outcome<Vec<u8>> {
    // Mercurial leaves the length out of the frame when the text was large.
    let size = zstd_safe::get_frame_content_size(chunk).ok().flatten().unwrap_or(limit);
    let Some(size) = Some(size).filter(|&size| size <= limit.min(believable(chunk.len()))) else {
        let decoder = zstd::stream::read::Decoder::with_buffer(chunk)
            .map_err(|e| damaged(format!("a zstd chunk cannot be read: {e}")))?
            .single_frame();
        return read_all(decoder, chunk.len(), limit);
    };
    let mut out = Vec::with_capacity(size as usize);
    ZSTD.with_borrow_mut(|context| context.decompress(&mut out, chunk))
        .map_err(|code| damaged(format!("a zstd chunk cannot be read: {}", zstd_safe::get_error_name(code))))?;
    Ok(out)
}

/// How long the text of a stored chunk may claim to be before its claim no longer decides an allocation.
fn believable(stored: usize) -> u64 {
    (stored as u64).saturating_mul(32).saturating_add(4096)
}

fn read_all(decoder: impl Read, stored: usize, limit: u64) -> Outcome<Vec<u8>> {
    let limit = limit.min(LIMIT) + 1;
    let mut out = Vec::with_capacity(limit.min(believable(stored)) as usize);
    decoder.take(limit).read_to_end(&mut out).map_err(|e| damaged(format!("a chunk cannot be decompressed: {e}")))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn every_kind_of_chunk() {
        let text = b"some text some text some text some text".repeat(20);
        assert_eq!(decompress(b"", 0).expect("empty").as_ref(), b"");
        assert_eq!(decompress(b"\0abc", LIMIT).expect("nul").as_ref(), b"\0abc");
        assert_eq!(decompress(b"uabc", LIMIT).expect("raw").as_ref(), b"abc");
        assert_eq!(decompress(&zlib(&text), text.len() as u64).expect("zlib").as_ref(), text);
        let packed = zstd::bulk::compress(&text, 3).expect("memory");
        assert_eq!(decompress(&packed, LIMIT).expect("zstd").as_ref(), text);
    }

    #[test]
    fn broken_chunks_are_stops() {
        let text = b"some text some text some text some text".repeat(20);
        let packed = zlib(&text);
        assert!(decompress(&packed[..packed.len() / 2], LIMIT).is_err());
        assert!(decompress(b"q", LIMIT).is_err());
        assert!(decompress(b"(\xb5\x2f\xfdjunk", LIMIT).is_err());
    }

    #[test]
    fn a_claimed_size_does_not_decide_the_allocation() {
        let out = decompress(&zlib(b"short"), LIMIT).map(Cow::into_owned).expect("it decompresses");
        assert_eq!(out, b"short");
        assert!(out.capacity() < 1 << 20);
    }
}
