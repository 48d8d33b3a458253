//! What the transport rests on: the configuration in force and the command, read as legacy would, whatever the
//! decision about native was.

use crate::early::{self, Early};
use crate::route::Invocation;
use crate::{extensions, place, surroundings};
use amalgam_commands::{Terminal, split};
use amalgam_config::{Config, LegacyPaths, plain};
use amalgam_repo::repo_config_files;
use amalgam_types::{Environment, LegacyFacts, Outcome, Reason, Stop};
use std::path::PathBuf;

/// One invocation, as far as a command server could answer it otherwise.
pub(super) struct Context<'a> {
    pub(super) args: &'a [Vec<u8>],
    pub(super) env: &'a Environment,
    pub(super) terminal: Terminal,
    pub(super) facts: &'a LegacyFacts,
    pub(super) early: Early,
    pub(super) config: Config,
    /// Enabled extensions, by short name.
    pub(super) extensions: Vec<String>,
    /// The repository.
    pub(super) root: Option<PathBuf>,
    /// The command as it was typed.
    pub(super) word: Option<Vec<u8>>,
}

impl<'a> Context<'a> {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Whatever is not certain about it, `Unsupported` or the abort that legacy would word.
    pub(super) fn read(invocation: &'a Invocation, facts: &'a LegacyFacts) -> Outcome<Context<'a>> {
        let (args, env) = (invocation.args.as_slice(), &invocation.env);
        surroundings::check_variables(env, facts)?;
        if plain(env, Some("strictflags")) {
            return Err(Stop::unsupported(Reason::EnvironmentUnsupported, "HGPLAIN=+strictflags"));
        }
        let early = early::scan(args, false);
        let mut config = Config::load_user(env, &LegacyPaths::from(facts))?;
        config.add_command_line(&early.config)?;
        let cwd = place::working_folder(env, &early)?;
        let root = place::find(env, &early, cwd, &config)?.root;
        if let Some(root) = &root {
            config.add_repository(env, &repo_config_files(root)?)?;
        }
        let extensions = extensions::enabled(&config)?;
        let word = split(args, facts)?.word;
        Ok(Context { args, env, terminal: invocation.terminal, facts, early, config, extensions, root, word })
    }

    /// The commands that the word can stand for: the one of that name, or all that begin with it. A word that an
    /// alias, an extension or nothing gives a meaning stands for itself too.
    pub(super) fn commands(&self) -> Vec<&[u8]> {
        let Some(word) = &self.word else { return Vec::new() };
        let rows = &self.facts.commands;
        let exact = rows.iter().find(|row| row.iter().any(|name| name.as_bytes() == word));
        let rows = match exact {
            Some(row) => vec![row],
            None => rows.iter().filter(|row| row.iter().any(|name| name.as_bytes().starts_with(word))).collect(),
        };
        let names = rows.into_iter().flatten().map(String::as_bytes);
        names.chain([word.as_slice()]).collect()
    }

    /// The options with which a server has to be started: the repository, whose configuration it reads, and settings
    /// that decide what is loaded.
    pub(super) fn server_options(&self) -> Vec<Vec<u8>> {
        let mut options = Vec::new();
        let mut add = |name: &str, value: &[u8]| options.push([name.as_bytes(), value].concat());
        for setting in &self.early.config {
            if super::key::SECTIONS.iter().any(|section| setting.starts_with(format!("{section}.").as_bytes())) {
                add("--config=", setting);
            }
        }
        if let Some(cwd) = &self.early.cwd {
            add("--cwd=", cwd);
        }
        if let Some(repository) = &self.early.repository {
            add("--repository=", repository);
        }
        options
    }
}
