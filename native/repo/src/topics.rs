//! The topic extension (hg-evolve): changesets that are not public yet can belong to a topic, which is a name like a
//! bookmark, and heads of a branch are other ones beside topics. Native answers where there are none, or where they do
//! not show.

use crate::Repository;
use amalgam_config::Config;
use amalgam_types::{Outcome, Reason, Stop};
use std::sync::OnceLock;

/// Whether there are topics, once that was asked for.
#[derive(Default)]
pub(crate) struct Topics {
    any: OnceLock<Outcome<bool>>,
}

impl Repository {
    /// The topic extension is enabled. For a repository of which nothing was read yet.
    pub fn expect_topics(&mut self) {
        self.topics = Some(Topics::default());
    }

    /// Whether the topic extension is enabled.
    pub fn expects_topics(&self) -> bool {
        self.topics.is_some()
    }

    /// Stops where a topic is active or changesets have one.
    ///
    /// # Errors
    /// `ExtensionUnproven`, or what reading meets.
    pub fn refuse_topics(&self, config: &Config) -> Outcome<()> {
        match self.has_topics(config)? {
            true => Err(Stop::unsupported(Reason::ExtensionUnproven, "topics")),
            false => Ok(()),
        }
    }

    /// Stops where legacy may know a name that native does not.
    pub(crate) fn refuse_names_of_topics(&self, config: &Config, name: &[u8]) -> Outcome<()> {
        if self.topics.is_some() && (is_stack_place(name) || self.has_topics(config)?) {
            return Err(Stop::unsupported(Reason::ExtensionUnproven, "a name that topic may know"));
        }
        Ok(())
    }

    fn has_topics(&self, config: &Config) -> Outcome<bool> {
        let Some(topics) = &self.topics else { return Ok(false) };
        topics.any.get_or_init(|| self.look_for_topics(config)).clone()
    }

    fn look_for_topics(&self, config: &Config) -> Outcome<bool> {
        if !matches!(self.layout.dot_hg.join("topic").try_exists(), Ok(false)) {
            return Ok(true);
        }
        // What is public has none.
        let changelog = self.changelog()?;
        let visibility = self.visibility(config)?;
        for rev in visibility.mutable() {
            if changelog.entry(rev)?.extra()?.iter().any(|(key, _)| key == b"topic") {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Names of topic's for changesets of a stack: `s1`, `t2`.
fn is_stack_place(name: &[u8]) -> bool {
    matches!(name, [b's' | b't', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::is_stack_place;

    #[test]
    fn places_in_a_stack() {
        assert!(is_stack_place(b"s1") && is_stack_place(b"t20"));
        assert!(!is_stack_place(b"s") && !is_stack_place(b"s1x") && !is_stack_place(b"u1"));
    }
}
