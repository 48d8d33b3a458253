# What the enabled extensions do to one repository when a command opens it.

# What each class says of itself, whatever it is for.
OWN = ('__annotations__', '__dict__', '__doc__', '__firstlineno__', '__module__', '__qualname__', '__weakref__')
REPOSITORY = 'mercurial.localrepo.localrepository'
READS_HISTORY = 'reads the history'
# What a repository object keeps of answers: files that it has read, and paths that it has found to be inside.
KEPT_OF_REPOSITORY = ('._filecache', '.audit.audited', '.audit.auditeddir')
# What most commands leave otherwise than they found it: nobody looks at a repository again after each of them.
HISTORY = (b'dirstate', b'store/00', b'store/data/', b'store/meta/', b'store/dh/', b'cache/', b'wcache/')


def open_repository(ui, path):
    """The repository as Mercurial itself makes it, with the configuration that is in force already."""
    noted = [set(notes) for notes in (NOTES.settings, NOTES.sections, NOTES.variables, NOTES.paths)]
    skipping = os.environb.get(b'HGRCSKIPREPO')
    os.environb[b'HGRCSKIPREPO'] = b'1'
    # Nothing may be written: a share can be brought to another format when it is opened.
    NOTES.on = True
    try:
        return localrepo.makelocalrepository(ui, path)
    finally:
        NOTES.on = False
        if skipping is None:
            os.environb.pop(b'HGRCSKIPREPO', None)
        else:
            os.environb[b'HGRCSKIPREPO'] = skipping
        # How it is opened is Mercurial's own matter.
        NOTES.settings, NOTES.sections, NOTES.variables, NOTES.paths = noted


def look_at_repository(report, ui, path, owners, words):
    """Runs what the extensions run when a repository is opened, and tells what that changed."""
    repo = open_repository(ui, path)
    NOTES.made.clear()
    dot_hg = repo.vfs.base.rstrip(b'/') + b'/'
    before_settings = [settings_of(one) for one in (ui, repo.ui)]
    snapshot = Snapshot(list(roots()) + [('ui', ui), ('ui', repo.ui), (REPOSITORY, repo)])
    process = Process()
    known = type(repo)
    report.add(b'setup')
    attributes = []
    for name, module in extensions.extensions(ui):
        hook = getattr(module, 'reposetup', None)
        if hook is None or is_ours(module.__name__):
            continue
        before = dict(vars(repo))
        run_setup(report, name, hook, repo, dot_hg)
        attributes.append((name, module, before, dict(vars(repo))))
    process.report(report)
    start = len(report.lines)
    for who, module, before, after in attributes:
        for label in sorted(before.keys() | after.keys()):
            if before.get(label, NOTHING) is not after.get(label, NOTHING):
                attribute(report, owners, who, module, known, snapshot, label, before, after)
    classes(report, owners, known, type(repo), snapshot)
    describe(report, snapshot, owners, words, repo)
    describe_commands(report, snapshot, owners)
    for one, before in zip((ui, repo.ui), before_settings):
        changed_settings(report, owners, before, settings_of(one))
    # Two looks at the same say the same.
    report.lines[start:] = sorted(report.lines[start:])


def run_setup(report, name, hook, repo, dot_hg):
    """Runs one extension's code; what it tries is its own."""
    earlier, NOTES.tried = NOTES.tried, set()
    paths, NOTES.paths = NOTES.paths, set()
    kept = set(repo._filecache)
    NOTES.on = True
    try:
        hook(repo.ui, repo)
    except Exception as error:
        NOTES.tried.add('failed: %s' % type(error).__name__)
    finally:
        NOTES.on = False
    # What was read by Mercurial's own extensions in C or Rust shows in what is kept of it.
    for key in set(repo._filecache) - kept:
        for one in getattr(repo._filecache[key], '_entries', ()):
            NOTES.paths.add(one.path)
    if any(path.startswith(dot_hg) and path[len(dot_hg) :].startswith(HISTORY) for path in NOTES.paths):
        NOTES.tried.add(READS_HISTORY)
    for what in sorted(NOTES.tried, key=told_first):
        report.add(b'tried', name, what)
    NOTES.tried = earlier
    NOTES.paths |= paths


def attribute(report, owners, who, module, cls, snapshot, label, before, after):
    """What one extension made of an attribute of the repository object."""
    value = after.get(label, NOTHING)
    if label not in before:
        # What Mercurial itself keeps when it is asked, and what only the extension knows of, is nothing.
        if not owners.of(value) and hasattr(cls, label):
            return
        if not hasattr(cls, label) and label not in mentioned(snapshot, module.__name__):
            return
    how = 'added' if label not in before else 'removed' if value is NOTHING else 'changed'
    report.add(b'change', who, how, '%s.%s' % (REPOSITORY, label))


def told_first(what):
    """Refusing something makes extensions fail: the cause comes first."""
    return (what != READS_HISTORY, what.startswith('failed'), what)


def classes(report, owners, before, after, snapshot):
    """What a repository's class does otherwise, after extensions put theirs in front of it."""
    new = [cls for cls in after.__mro__ if cls not in before.__mro__]
    if not new:
        return
    if [cls for cls in after.__mro__ if cls in before.__mro__] != list(before.__mro__):
        report.add(b'change', b'?', 'changed', REPOSITORY)
    for cls in new:
        who = owners.of_module(cls.__module__) or '?'
        if type(cls) is not type:
            report.add(b'change', who, 'changed', REPOSITORY)
        words = mentioned(snapshot, cls.__module__)
        for name in vars(cls):
            if name in OWN:
                continue
            if hasattr(before, name) or name.startswith('__'):
                report.add(b'change', who, 'changed', '%s.%s' % (REPOSITORY, name))
            elif name in words:
                report.add(b'change', who, 'added', '%s.%s' % (REPOSITORY, name))


@functools.lru_cache(maxsize=None)
def mentioned(snapshot, but):
    """Every name and every text in the code of Mercurial and of all extensions but the one of this module."""
    found = set()
    todo = [obj.__code__ for _path, obj, _now in snapshot.nodes if isinstance(obj, types.FunctionType)]
    for _name, module in extensions.extensions():
        if module.__name__.split('.')[-1] == but.split('.')[-1]:
            continue
        for part in vars(module).values():
            parts = vars(part).values() if isinstance(part, type) else (part,)
            todo += [one.__code__ for one in parts if isinstance(one, types.FunctionType)]
    seen = set()
    while todo:
        code = todo.pop()
        if id(code) in seen:
            continue
        seen.add(id(code))
        found.update(code.co_names)
        for value in code.co_consts:
            if isinstance(value, types.CodeType):
                todo.append(value)
            elif isinstance(value, (str, bytes)):
                found.add(text(value))
            elif isinstance(value, (tuple, frozenset)):
                found.update(text(one) for one in value if isinstance(one, (str, bytes)))
    return found


def is_kept(repo, path, obj, owner):
    """Whether a repository only keeps what Mercurial itself came to when it was asked, or this is told elsewhere."""
    # The object itself was looked at after each extension.
    if obj is repo:
        return True
    return not owner and path.startswith(REPOSITORY) and path.endswith(KEPT_OF_REPOSITORY)
