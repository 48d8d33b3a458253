//! Canary: native for a share of the invocations, by stable buckets and without a server.
//!
//! Who asks (the user, the host, the repository, as the policy names them) is hashed to one of 10,000 buckets, and
//! those below the threshold are native. Raising the share only lifts the threshold, so nobody is ever moved out.

use crate::table::Mode;
use sha1::{Digest, Sha1};
use std::path::Path;

/// All buckets; a percentage has two decimals.
pub const BUCKETS: u16 = 10_000;

/// What a bucket is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The user's number.
    User,
    /// The machine's name.
    Host,
    /// The repository's root folder.
    Repository,
}

impl Key {
    const ALL: [Key; 3] = [Key::User, Key::Host, Key::Repository];

    /// The word in policies and tables.
    pub fn word(self) -> &'static str {
        match self {
            Key::User => "user",
            Key::Host => "host",
            Key::Repository => "repository",
        }
    }

    /// The key that `word` names.
    pub fn from_word(word: &str) -> Option<Key> {
        Key::ALL.into_iter().find(|key| key.word() == word)
    }
}

/// A share of the invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Buckets below this are native.
    pub threshold: u16,
    /// What the buckets are made of; never empty.
    pub by: Vec<Key>,
    /// Who answers the others.
    pub otherwise: Mode,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The effective user.
    pub uid: u32,
    /// The repository's root, where there is one.
    pub repository: Option<&'a Path>,
}

impl Canary {
    /// The bucket of whoever asks.
    pub fn bucket(&self, asker: Asker<'_>) -> u16 {
        let mut hash = Sha1::new();
        hash.update(b"amalgam canary 1");
        for key in Key::ALL.into_iter().filter(|key| self.by.contains(key)) {
            hash.update([0]);
            match key {
                Key::User => hash.update(asker.uid.to_le_bytes()),
                Key::Host => hash.update(rustix::system::uname().nodename().to_bytes()),
                Key::Repository => {
                    hash.update(asker.repository.map(Path::as_os_str).unwrap_or_default().as_encoded_bytes());
                }
            }
        }
        let digest = hash.finalize();
        let number = digest[..8].iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        u16::try_from(number % u64::from(BUCKETS)).unwrap_or_default()
    }

    /// Who answers a bucket.
    pub fn mode(&self, bucket: u16) -> Mode {
        if bucket < self.threshold { Mode::Native } else { self.otherwise }
    }

    /// As the route table holds it: `canary/2500/user,repository/python`.
    pub(crate) fn word(&self) -> String {
        let by: Vec<&str> = self.by.iter().map(|key| key.word()).collect();
        format!("canary/{}/{}/{}", self.threshold, by.join(","), self.otherwise.word())
    }

    /// The canary that `word` stands for.
    pub(crate) fn from_word(word: &str) -> Option<Canary> {
        let parts: Vec<&str> = word.strip_prefix("canary/")?.split('/').collect();
        let [threshold, by, otherwise] = parts[..] else { return None };
        let threshold = threshold.parse().ok().filter(|&threshold| threshold <= BUCKETS)?;
        let by = by.split(',').map(Key::from_word).collect::<Option<_>>()?;
        Some(Canary { threshold, by, otherwise: Mode::from_word(otherwise)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(threshold: u16, by: &[Key]) -> Canary {
        Canary { threshold, by: by.to_vec(), otherwise: Mode::Python }
    }

    #[test]
    fn words_are_read_back_and_nothing_else_is() {
        let one = canary(2500, &[Key::User, Key::Repository]);
        assert_eq!(one.word(), "canary/2500/user,repository/python");
        assert_eq!(Canary::from_word(&one.word()), Some(one));
        for wrong in ["canary", "canary/10001/user/python", "canary/1/me/python", "canary/1//python", "canary/1/user/x"]
        {
            assert_eq!(Canary::from_word(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn raising_the_share_moves_nobody_out() {
        let asker = |uid| Asker { uid, repository: Some(Path::new("/r")) };
        for uid in 0..200 {
            let modes: Vec<Mode> = (0..=100)
                .map(|percent| {
                    let canary = canary(percent * 100, &[Key::User, Key::Host]);
                    canary.mode(canary.bucket(asker(uid)))
                })
                .collect();
            assert_eq!((modes[0], modes[100]), (Mode::Python, Mode::Native));
            assert!(modes.windows(2).all(|pair| pair != [Mode::Native, Mode::Python]), "user {uid}");
        }
    }

    #[test]
    fn buckets_are_even_and_made_of_what_the_policy_names() {
        let canary = canary(2500, &[Key::User]);
        let native = (0..20_000)
            .filter(|&uid| canary.mode(canary.bucket(Asker { uid, repository: None })) == Mode::Native)
            .count();
        assert!((4_750..5_250).contains(&native), "{native} of 20,000");
        let bucket = |by: &[Key], uid, root: &str| {
            let canary = Canary { by: by.to_vec(), ..canary.clone() };
            canary.bucket(Asker { uid, repository: Some(Path::new(root)) })
        };
        assert_eq!(bucket(&[Key::User], 1, "/a"), bucket(&[Key::User], 1, "/b"));
        assert_ne!(bucket(&[Key::Repository], 1, "/a"), bucket(&[Key::Repository], 1, "/b"));
        assert_eq!(bucket(&[Key::Repository, Key::User], 1, "/a"), bucket(&[Key::User, Key::Repository], 1, "/a"));
        // What was once decided stays decided from release to release.
        assert_eq!(bucket(&[Key::User], 1000, "/a"), 616);
    }
}
