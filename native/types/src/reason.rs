//! Why an invocation was not answered natively. This is the one list: the journal, `explain`, the policy
//! and migration-plan.md all speak in these identifiers, so one that was published never changes meaning.

macro_rules! reasons {
    ($($variant:ident = $id:literal : $sentence:literal;)*) => {
        /// A stable identifier for why legacy had to answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $sentence] $variant,)*
        }

        impl Reason {
            /// All reasons, in the order of this file.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)*];

            /// The identifier, as `group.word`.
            pub fn id(self) -> &'static str {
                match self { $(Reason::$variant => $id,)* }
            }

            /// One sentence for people.
            pub fn sentence(self) -> &'static str {
                match self { $(Reason::$variant => $sentence,)* }
            }
        }
    };
}

reasons! {
    PolicyPython = "policy.python": "The policy sends this command to Python.";
    PolicyShadow = "policy.shadow": "The policy has legacy answer, and native is compared with it behind the command.";
    LegacyChanged = "legacy.changed": "Mercurial, an extension, a setting or amalgam has changed since native was trusted here, and is compared first.";
    BreakerDemoted = "breaker.demoted": "Native gave a wrong answer on such a command line here, or is being tried again after that.";
    PolicyBroken = "policy.broken": "The route table is unreadable, stale or damaged.";
    ModePython = "mode.python": "AMALGAM_MODE=python was set for this invocation.";
    LegacyUnproven = "legacy.unproven": "This version or build of the installed Mercurial has not been proven for this command.";
    FactsMissing = "legacy.facts-missing": "The facts about the installed Mercurial have not been gathered yet.";
    CommandUnknown = "command.unknown": "The command has no native implementation.";
    CommandAmbiguous = "command.ambiguous": "The abbreviated command name needs legacy's whole command table.";
    CommandNone = "command.none": "No command was given.";
    FlagUnsupported = "flag.unsupported": "A flag of this command has no native implementation.";
    FlagGlobal = "flag.global": "A global option has no native implementation.";
    UsageError = "usage.error": "The command line is not valid; legacy prints the error and the help.";
    AliasShell = "alias.shell": "The alias runs a shell command.";
    AliasComplex = "alias.complex": "The alias uses positional arguments, variables or definitions that native does not expand.";
    DefaultsSet = "config.defaults": "The [defaults] section adds arguments to this command.";
    HookSet = "config.hook": "A hook is set on this command.";
    ConfigUnsupported = "config.unsupported": "A setting in force changes this command in a way that native does not implement.";
    ConfigBroken = "config.broken": "A configuration file cannot be read or parsed.";
    ConfigUntrusted = "config.untrusted": "A configuration file belongs to a user who is not trusted.";
    ExtensionUnproven = "extension.unproven": "An enabled extension is not known to leave this command alone.";
    EnvironmentUnsupported = "environment.unsupported": "An environment variable changes legacy in a way that native does not implement.";
    EncodingUnsupported = "environment.encoding": "The local encoding is not certainly UTF-8.";
    LanguageUnsupported = "environment.language": "Messages are translated into another language.";
    TerminalUnsupported = "terminal.unsupported": "The terminal, colour or pager setting has no native implementation.";
    RepositoryPath = "repository.path": "The repository is named by a URL, a bundle or a [paths] name.";
    RequirementUnknown = "requirement.unknown": "The repository has a requirement that native does not implement.";
    RepositoryShare = "repository.share": "The share and its source disagree in a way that legacy resolves.";
    RepositoryDamaged = "repository.damaged": "A file of the repository is missing, damaged or unreadable.";
    RepositoryState = "repository.state": "The repository is in an unfinished or unusual state that native does not implement.";
    RepositoryChanged = "repository.changed": "The repository changed while it was read.";
    SubrepositoryPresent = "repository.subrepository": "The repository has subrepositories.";
    RepositorySparse = "repository.sparse": "Legacy refuses the rules of a sparse checkout or warns of them, or they have a form that native does not read.";
    RepositoryNarrow = "repository.narrow": "Files outside a narrow clone are asked for, or its narrowspec has a form that legacy does not write.";
    ObsolescencePresent = "repository.obsolescence": "The answer depends on obsolescence in a way that native does not implement.";
    FilesystemUnsupported = "filesystem.unsupported": "The file system folds case or lacks symbolic links or exec bits.";
    RevisionExpression = "revision.expression": "The revision is an expression that native does not evaluate.";
    RevsetPredicate = "revset.predicate": "A function of the revision query has no native implementation.";
    DateUnsupported = "date.unsupported": "A date, its form or the local time zone is not certain, or has no native implementation.";
    RevisionHidden = "revision.hidden": "The revision is hidden.";
    RevisionUnknown = "revision.unknown": "The revision is unknown or ambiguous; legacy words the error.";
    PatternUnsupported = "pattern.unsupported": "A pattern kind or a regular expression cannot be matched exactly as Python would.";
    PatternInvalid = "pattern.invalid": "A pattern is invalid; legacy prints the error.";
    PathUnsupported = "path.unsupported": "A path leaves the repository or passes through something that legacy audits.";
    FileUnsupported = "file.unsupported": "A file in the working copy is of a kind or in a state that native leaves to legacy.";
    WarningExpected = "warning.expected": "Legacy would print a warning here that native does not word.";
    OutputUnsupported = "output.unsupported": "The output form has no native implementation.";
    TemplateKeyword = "template.keyword": "A template uses a keyword that native does not have.";
    TemplateFunction = "template.function": "A template uses a function that native does not have.";
    TemplateFilter = "template.filter": "A template uses a filter that native does not have.";
    TemplateInvalid = "template.invalid": "A template has a mistake, which legacy words, or a construct that native does not render.";
    TemplateStyle = "template.style": "A style or a formatter that native does not have.";
    WouldWrite = "would.write": "Legacy would write to the repository here and native may not.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn identifiers_are_unique_and_dotted() {
        let ids: HashSet<_> = Reason::ALL.iter().map(|r| r.id()).collect();
        assert_eq!(ids.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(reason.id().matches('.').count(), 1, "{}", reason.id());
            assert!(reason.sentence().ends_with('.'), "{}", reason.id());
        }
    }
}
