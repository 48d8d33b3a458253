//! The keywords of changeset templates (`hg help templates`).

use crate::Prepared;
use crate::display::PathDisplay;
use crate::history::changesets::phase_name;
use crate::history::copies::Copies;
use crate::history::latest_tags::LatestTags;
use crate::history::subset::Subset;
use crate::history::{Changeset, History};
use crate::options::version_of;
use crate::patch;
use crate::subrepositories::refuse_subrepositories_of;
use crate::{Styles, history::values};
use amalgam_formats::names;
use amalgam_template::{At, Found, Item, Mailmap, Map, Resources, ShownBy, Value};
use amalgam_types::{NULL_NODE, Node, NodePrefix, Outcome, Reason, Rev, Stop, WDIR_REV};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Keywords that legacy has and native has not.
const LEGACY_ONLY: &[&str] = &["originalnode"];

/// Keywords that do not speak of a changeset.
const OF_NO_CHANGESET: &[&str] = &["envvars", "graphwidth", "index", "peerurls", "reporoot", "termwidth", "verbosity"];

/// Whether legacy has a keyword of this name.
pub(crate) fn is_keyword(name: &str) -> bool {
    [OF_NO_CHANGESET, OF_CHANGESET, LEGACY_ONLY].into_iter().any(|table| table.contains(&name))
}

/// The keywords that neither speak of a changeset nor of a repository.
///
/// # Errors
/// The abort for a setting that is not what it should be.
pub(crate) fn of_invocation(prepared: &Prepared, name: &str) -> Outcome<Option<Value>> {
    Ok(Some(match name {
        "graphwidth" => Value::Int(0),
        "verbosity" => Value::text(match (prepared.quiet()?, prepared.verbose()?) {
            _ if prepared.debug()? => "debug",
            (true, _) => "quiet",
            (_, true) => "verbose",
            _ => "",
        }),
        "termwidth" => Value::Int(prepared.terminal_width()?),
        "envvars" if prepared.config.get("experimental", "exportableenviron").is_some() => {
            return Err(Stop::unsupported(Reason::TemplateKeyword, "envvars"));
        }
        "envvars" => values::no_variables(),
        _ => return Ok(None),
    }))
}

/// How a changeset shows where only a map of it is at hand.
const CHANGESET_ID: &str = "{rev}:{node|formatnode}";

/// The release that brought this keyword: before it the word says nothing.
const CLOSESBRANCH_SINCE: (u16, u16) = (7, 2);

/// What templates can ask of a history.
pub(crate) struct Keywords<'h, 'a> {
    pub(crate) history: &'h History<'a>,
    pub(super) styles: Option<Styles>,
    display: OnceCell<PathDisplay>,
    pub(super) latest: RefCell<LatestTags>,
    pub(super) mailmap: OnceCell<Outcome<Mailmap>>,
    pub(super) queried: RefCell<HashMap<Vec<u8>, Rc<Vec<Rev>>>>,
    pub(super) subsets: RefCell<HashMap<Vec<u8>, Rc<Subset>>>,
    pub(super) global_tags: OnceCell<HashMap<Node, Vec<Vec<u8>>>>,
    /// The copies of the changeset that is shown, where `--copies` asked for them.
    pub(crate) copies: RefCell<Option<Copies>>,
}

impl<'h, 'a> Keywords<'h, 'a> {
    pub(crate) fn new(history: &'h History<'a>, styles: Option<Styles>) -> Outcome<Self> {
        Ok(Keywords {
            history,
            styles,
            display: OnceCell::new(),
            latest: RefCell::default(),
            mailmap: OnceCell::new(),
            queried: RefCell::default(),
            subsets: RefCell::default(),
            global_tags: OnceCell::new(),
            copies: RefCell::default(),
        })
    }

    fn of_changeset(&self, name: &str, changeset: &Changeset<'_, '_>, at: &At<'_>) -> Outcome<Option<Value>> {
        let parent = |at: usize| -> Outcome<Rev> { Ok(self.history.changelog.parents(changeset.rev)?[at]) };
        Ok(Some(match name {
            "author" | "user" => Value::text(changeset.user()?),
            "branch" => Value::text(changeset.branch()?.0),
            "branches" => {
                let (branch, _) = changeset.branch()?;
                let shown = (branch != b"default").then_some(branch);
                values::names(shown.iter().map(Vec::as_slice), "branch", "branches")
            }
            "bookmarks" => values::bookmarks(changeset)?,
            "children" => values::children(changeset)?,
            "closesbranch" => Value::YesNo(changeset.branch()?.1),
            "currentbookmark" | "activebookmark" => {
                let active = self.history.active_bookmark()?.unwrap_or_default();
                let here = changeset.bookmarks()?.iter().any(|name| name == active);
                Value::text(if here { active } else { b"" })
            }
            "date" => values::date(changeset)?,
            "desc" => Value::text(names::strip(changeset.description()?)),
            "diffstat" => Value::text(patch::diffstat_for_template(self.history.prepared, changeset.rev)?),
            "extras" => values::extras(changeset)?,
            "file_adds" => values::files(&changeset.file_lists()?.added, "file_add", "file_adds"),
            "file_mods" => values::files(&changeset.file_lists()?.modified, "file_mod", "file_mods"),
            "file_dels" => values::files(&changeset.file_lists()?.removed, "file_del", "file_dels"),
            "file_copies" => match self.copies.borrow().as_ref().filter(|_| !at.nested) {
                Some(copies) => values::copies(copies),
                None => values::copies(&changeset.copies()?),
            },
            "file_copies_switch" => match self.copies.borrow().as_ref().filter(|_| !at.nested) {
                Some(copies) => values::copies(copies),
                None => values::copies(&[]),
            },
            "files" => {
                let files = changeset.files()?;
                values::files(&files, "file", "files")
            }
            "graphnode" => Value::text(changeset.graph_node()?),
            "instabilities" => {
                let found = changeset.instabilities()?;
                values::names(found.iter().map(|name| name.as_bytes()), "instability", "instabilities")
            }
            "obsolete" => Value::text(if changeset.is_obsolete()? { "obsolete" } else { "" }),
            "manifest" => values::manifest(changeset)?,
            "negrev" if changeset.rev < 0 => Value::None,
            "negrev" => Value::Int(i64::from(changeset.rev) - self.visible_count()?),
            "node" => Value::text(changeset.node.hex()),
            "p1" => changeset_value(parent(0)?),
            "p2" => changeset_value(parent(1)?),
            "p1rev" => Value::Int(i64::from(parent(0)?)),
            "p2rev" => Value::Int(i64::from(parent(1)?)),
            "p1node" => Value::text(self.history.changeset(parent(0)?)?.node.hex()),
            "p2node" => Value::text(self.history.changeset(parent(1)?)?.node.hex()),
            "parents" => values::parents(changeset)?,
            "phase" => Value::text(phase_name(changeset.phase()?)),
            "phaseidx" => Value::Int(changeset.phase()? as i64),
            "rev" => Value::Int(i64::from(changeset.rev)),
            "bisect" => self.bisect_label(changeset.rev)?,
            "latesttag" => self.latest_tag_names(changeset.rev, None)?,
            "latesttagdistance" => Value::Int(self.latest_tags(changeset.rev, None)?.distance),
            "changessincelatesttag" => {
                let latest = self.latest_tags(changeset.rev, None)?;
                Value::Int(self.changes_since(changeset.rev, &latest.names[0])?)
            }
            "namespaces" => values::namespaces(changeset)?,
            "onelinesummary" => self.one_line(changeset.rev)?,
            "_fast_rank" => Value::None,
            "path" | "size" | "status" => match at.path {
                None => Value::None,
                Some(path) => changeset.file_keyword(name, path)?,
            },
            "obsfate" | "successorssets" | "succsandmarkers" | "predecessors" | "whyunstable" => {
                changeset.fate_keyword(name)?
            }
            "subrepos" => {
                refuse_subrepositories_of(self.history.prepared, changeset.rev)?;
                values::names(std::iter::empty(), "subrepo", "subrepos")
            }
            "tags" => values::names(changeset.tags()?.into_iter(), "tag", "tags"),
            _ => return Ok(None),
        }))
    }

    fn visible_count(&self) -> Outcome<i64> {
        let hidden = self.history.visibility()?.hidden().count() as i64;
        if hidden > 0 {
            return Err(Stop::unsupported(Reason::TemplateKeyword, "negrev beside hidden changesets"));
        }
        Ok(i64::from(self.history.changelog.len()))
    }
}

/// A changeset of which a template may show parts.
pub(super) fn changeset_value(rev: Rev) -> Value {
    let template = Some(ShownBy::Literal(CHANGESET_ID));
    Value::Item(Rc::new(Item { value: Value::None, map: Map::of(rev), shown: None, template }))
}

impl Resources for Keywords<'_, '_> {
    fn keyword(&self, name: &[u8], at: &At<'_>) -> Outcome<Found> {
        let changeset = at.changeset;
        let Ok(name) = std::str::from_utf8(name) else { return Ok(Found::Nothing) };
        if name == "closesbranch" && version_of(&self.history.prepared.facts) < CLOSESBRANCH_SINCE {
            return Err(Stop::unsupported(Reason::TemplateKeyword, "closesbranch of an older legacy"));
        }
        if let Some(value) = of_invocation(self.history.prepared, name)? {
            return Ok(Found::Value(value));
        }
        match name {
            "reporoot" | "peerurls" if !at.repository => return Ok(Found::Value(Value::None)),
            "reporoot" => return Ok(Found::Value(Value::text(self.history.prepared.root_bytes()?))),
            "peerurls" => return values::peer_urls(self.history.prepared).map(Found::Value),
            _ => {}
        }
        let found = match changeset {
            Some(WDIR_REV) if is_keyword(name) && self.is_of_changeset(name.as_bytes()) => {
                Some(self.of_working_directory(name)?)
            }
            Some(WDIR_REV) => None,
            Some(rev) => self.of_changeset(name, &self.history.changeset(rev)?, at)?,
            None => None,
        };
        match found {
            Some(value) => Ok(Found::Value(value)),
            // Outside of any changeset its keywords stand for nothing.
            None if changeset.is_none() && self.is_of_changeset(name.as_bytes()) => Ok(Found::Value(Value::None)),
            None if is_keyword(name) => Err(Stop::unsupported(Reason::TemplateKeyword, name)),
            // An extension may bring keywords of its own.
            None if self.history.prepared.loads_extensions => {
                Err(Stop::unsupported(Reason::TemplateKeyword, format!("{name}, with extensions")))
            }
            None => Ok(Found::Nothing),
        }
    }

    fn call(&self, name: &str, arguments: &[Value], changeset: Option<Rev>) -> Outcome<Value> {
        self.called(name, arguments, changeset)
    }

    fn show(&self, name: &[u8], changeset: Option<Rev>, out: &mut Vec<u8>) -> Outcome<bool> {
        let Some(rev) = changeset.filter(|&rev| rev != WDIR_REV) else { return Ok(false) };
        match name {
            b"rev" => out.extend_from_slice(rev.to_string().as_bytes()),
            b"node" => out.extend_from_slice(&self.history.changeset(rev)?.node.hex()),
            b"author" | b"user" => out.extend_from_slice(self.history.changeset(rev)?.user()?),
            b"desc" => out.extend_from_slice(names::strip(self.history.changeset(rev)?.description()?)),
            b"branch" => out.extend_from_slice(&self.history.changeset(rev)?.branch()?.0),
            b"phase" => out.extend_from_slice(phase_name(self.history.changeset(rev)?.phase()?).as_bytes()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn is_of_changeset(&self, name: &[u8]) -> bool {
        let known = |table: &[&str]| table.iter().any(|known| known.as_bytes() == name);
        !known(OF_NO_CHANGESET) && (known(OF_CHANGESET) || known(LEGACY_ONLY))
    }

    fn is_extended(&self) -> bool {
        self.history.prepared.loads_extensions
    }

    fn has_repository(&self) -> bool {
        true
    }

    fn paint<'t>(&self, text: &'t [u8], label: &str) -> Cow<'t, [u8]> {
        let painted = self.styles.as_ref().and_then(|styles| styles.render(text, label));
        painted.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    fn shows_whole_ids(&self) -> bool {
        self.history.prepared.debug().unwrap_or_default()
    }

    fn relative_path(&self, path: &[u8]) -> Outcome<Vec<u8>> {
        let display = match self.display.get() {
            Some(display) => display,
            None => {
                let display = PathDisplay::relative_if(self.history.prepared, true)?;
                self.display.get_or_init(|| display)
            }
        };
        Ok(display.show(path).into_owned())
    }

    fn shortest(&self, id: &[u8], least: usize) -> Outcome<Vec<u8>> {
        let config = &self.history.prepared.config;
        for key in ["revisions.prefixhexnode", "revisions.disambiguatewithin"] {
            if config.get("experimental", key).is_some() {
                return Err(Stop::unsupported(Reason::ConfigUnsupported, format!("experimental.{key}")));
            }
        }
        let known = Node::from_hex(id).filter(|node| *node != NULL_NODE);
        let Some(node) = known else {
            return Err(Stop::unsupported(Reason::TemplateFunction, "shortest of something that is not a whole id"));
        };
        let changelog = self.history.changelog;
        if changelog.rev_of(&node)?.is_none() {
            return Err(Stop::unsupported(Reason::TemplateFunction, "shortest of an unknown id"));
        }
        let hex = node.hex();
        for len in least.min(40)..=40 {
            let start = &hex[..len];
            let unique = match NodePrefix::from_hex(start) {
                Some(prefix) => changelog.with_prefix(&prefix, 2)?.len() == 1,
                None => false,
            };
            let special = start.iter().all(|&b| b == b'0') || start.iter().all(|&b| b == b'f');
            if unique && !special && !self.may_be_number(start) {
                return Ok(start.to_vec());
            }
        }
        Ok(hex.to_vec())
    }
}

impl Keywords<'_, '_> {
    /// Whether digits would be taken for a revision number first.
    fn may_be_number(&self, start: &[u8]) -> bool {
        let text = std::str::from_utf8(start).unwrap_or_default();
        let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        plain && text.parse::<i64>().is_ok_and(|number| number < i64::from(self.history.changelog.len()))
    }
}

/// Keywords of a changeset that native has.
const OF_CHANGESET: &[&str] = &[
    "_fast_rank",
    "activebookmark",
    "author",
    "bisect",
    "bookmarks",
    "branch",
    "branches",
    "changessincelatesttag",
    "children",
    "closesbranch",
    "currentbookmark",
    "date",
    "desc",
    "diffstat",
    "extras",
    "file_adds",
    "file_copies",
    "file_copies_switch",
    "file_dels",
    "file_mods",
    "files",
    "graphnode",
    "instabilities",
    "latesttag",
    "latesttagdistance",
    "manifest",
    "namespaces",
    "negrev",
    "node",
    "obsfate",
    "obsolete",
    "onelinesummary",
    "p1",
    "p1node",
    "p1rev",
    "p2",
    "p2node",
    "p2rev",
    "parents",
    "path",
    "phase",
    "phaseidx",
    "predecessors",
    "rev",
    "size",
    "status",
    "subrepos",
    "successorssets",
    "succsandmarkers",
    "tags",
    "user",
    "whyunstable",
];
