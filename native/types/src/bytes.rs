//! How far two texts are alike: diffs and manifests leave out what both have.

/// How many bytes are equal before the first that differs.
pub fn common_start(a: &[u8], b: &[u8]) -> usize {
    common(a.len().min(b.len()), |from, to| a[from..to] == b[from..to])
}

/// How many bytes are equal behind the last that differs.
pub fn common_end(a: &[u8], b: &[u8]) -> usize {
    let (a_len, b_len) = (a.len(), b.len());
    common(a_len.min(b_len), |from, to| a[a_len - to..a_len - from] == b[b_len - to..b_len - from])
}

/// By large pieces, and by ever smaller ones where the large ones differ: equal pieces are compared many bytes at once.
fn common(len: usize, equal: impl Fn(usize, usize) -> bool) -> usize {
    let (mut done, mut step) = (0, 4096);
    while step > 0 {
        while done + step <= len && equal(done, done + step) {
            done += step;
        }
        step /= 2;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length() {
        for len in [0, 1, 7, 4095, 4096, 4097, 9000] {
            let same = vec![b'x'; len];
            assert_eq!((common_start(&same, &same), common_end(&same, &same)), (len, len));
            let [other, longer] = [[&same[..], b"a", &same].concat(), [&same[..], b"bb", &same].concat()];
            assert_eq!((common_start(&other, &longer), common_end(&other, &longer)), (len, len));
        }
    }
}
