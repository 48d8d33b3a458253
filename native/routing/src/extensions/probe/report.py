# The probe's one command: looks, attributes each change to an extension, and prints.


def origins(obj, depth=0, seen=None):
    """The modules outside Mercurial whose code an object holds."""
    seen = set() if seen is None else seen
    if depth > 8 or id(obj) in seen:
        return set()
    seen.add(id(obj))
    found = set()
    if isinstance(obj, types.FunctionType):
        found.add(obj.__globals__.get('__name__', '?'))
    elif isinstance(obj, types.ModuleType):
        found.add(obj.__name__)
    elif isinstance(obj, type):
        found.add(obj.__module__)
    elif isinstance(obj, types.MethodType):
        found |= origins(obj.__func__, depth + 1, seen)
        found |= origins(type(obj.__self__), depth + 1, seen)
        return found
    elif not isinstance(obj, PLAIN):
        found.add(type(obj).__module__)
    if not is_seen(obj) or isinstance(obj, (types.ModuleType, type)):
        return found
    try:
        parts = contents(obj)
    except Exception:
        return found | {'?'}
    for part in parts.values():
        if not isinstance(part, PLAIN):
            found |= origins(part, depth + 1, seen)
    return found


class Owners:
    """Which extension a module belongs to."""

    def __init__(self):
        self.modules = {}
        for name, module in extensions.extensions():
            if is_ours(module.__name__):
                continue
            self.modules[module.__name__] = name.decode('latin-1')

    def of_module(self, name):
        parts = name.split('.')
        while parts:
            known = self.modules.get('.'.join(parts))
            if known is not None:
                return known
            parts.pop()
        return None

    def of(self, *values):
        found = set()
        for value in values:
            if value is NOTHING:
                continue
            for name in origins(value):
                owner = self.of_module(name)
                if owner is not None:
                    found.add(owner)
        return sorted(found)

    def by_table(self, attribute, key):
        """The extensions that say in one of their tables that they bring this."""
        found = set()
        for name, module in extensions.extensions():
            table = getattr(module, attribute, None)
            table = getattr(table, '_table', table)
            try:
                if key in table:
                    found.add(name.decode('latin-1'))
            except TypeError:
                continue
        return sorted(found)


    def by_setting(self, item):
        """The extensions that declare this setting, or any of this section."""
        section, _, name = item.partition('.')
        found = set()
        for extension, module in extensions.extensions():
            table = getattr(module, 'configtable', None)
            try:
                items = (table or {}).get(section.encode('latin-1'), {})
            except Exception:
                continue
            if items and (not name or name.encode('latin-1') in items):
                found.add(extension.decode('latin-1'))
        return sorted(found)


def tables():
    """The tables that have their own words: identity -> (word, the extensions' attribute)."""
    from mercurial import fileset, revset, templatefilters, templatefuncs, templatekw

    known = {}

    def add(obj, word, attribute):
        if obj is not None:
            known[id(obj)] = (word, attribute)

    add(commands.table, 'command', 'cmdtable')
    add(getattr(revset, 'symbols', None), 'revset', 'revsetpredicate')
    add(getattr(templatekw, 'keywords', None), 'keyword', 'templatekeyword')
    add(templatefilters.filters, 'filter', 'templatefilter')
    add(templatefuncs.funcs, 'function', 'templatefunc')
    add(fileset.symbols, 'fileset', 'filesetpredicate')
    add(color._defaultstyles, 'label', 'colortable')
    try:
        from mercurial import tables as tablesmod
    except ImportError:
        return known
    add(getattr(tablesmod, 'command_table', None), 'command', 'cmdtable')
    add(getattr(tablesmod, 'revset_symbol_table', None), 'revset', 'revsetpredicate')
    add(getattr(tablesmod, 'template_keyword_table', None), 'keyword', 'templatekeyword')
    return known


class Report:
    def __init__(self):
        self.lines = []

    def add(self, word, *values):
        line = b' '.join([word] + [escaped(v) for v in values])
        if line not in self.lines:
            self.lines.append(line)


def settings_of(ui):
    known = {}
    for layer in (ui._tcfg, ui._ucfg, ui._ocfg):
        for section in layer.sections():
            for name, value in layer.items(section):
                known.setdefault((section, name), []).append(value)
    return known


def read_input(data):
    """The invocation: variables that were taken away for the start, the configuration, and the repository's root."""
    variables, settings, repository = [], [], None
    for line in data.split(b'\n'):
        words = [unescaped(word) for word in line.split(b' ')]
        if words[0] == b'variable':
            variables.append((words[1], words[2] if len(words) > 2 else None))
        elif words[0] == b'setting':
            settings.append(words[1:])
        elif words[0] == b'repository':
            repository = words[1]
    return variables, settings, repository


def confine(seconds):
    """What holds for code that no audit hook sees."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or hard > seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def apart():
    """Takes the standard streams away; returns where to report, and what was printed meanwhile."""
    report = os.dup(1)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    for name in ('stdin', 'stdout', 'stderr'):
        setattr(sys, name, io.TextIOWrapper(Stream(), 'utf-8', write_through=True))
        if hasattr(procutil, name):
            setattr(procutil, name, Stream())
    return report, reading


def load(settings):
    """What dispatch does before a command runs, as far as extensions take part in it."""
    ui = uimod.ui()
    config = configmod.config()
    for section, name, value, source in settings:
        config.set(section, name, value, source)
    ui._tcfg.update(config)
    ui._ucfg.update(config)
    ui.fixconfig()
    for name in ('_fin', '_fout', '_ferr', '_fmsg', '_fmsgout', '_fmsgerr'):
        if hasattr(ui, name):
            setattr(ui, name, Stream())
    return ui


@command(b'amalgam-probe', [], b'', norepo=True)
def amalgam_probe(_ui, *args, **opts):
    data = os.read(0, 1 << 20)
    while True:
        more = os.read(0, 1 << 20)
        if not more:
            break
        data += more
    variables, settings, repository = read_input(data)
    confine(50)
    out, printed = apart()
    report = Report()
    try:
        look(report, variables, settings, repository)
    except BaseException as error:
        NOTES.on = False
        report.add(b'tried', b'?', 'failed: %s' % type(error).__name__)
        # Once what was loaded is mended, it is looked at again.
        dependencies(report, NOTES.modules)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    try:
        if os.read(printed, 1):
            report.add(b'tried', b'?', 'output')
    except BlockingIOError:
        pass
    report.lines.append(b'end\n')
    text = b'\n'.join(report.lines)
    while text:
        text = text[os.write(out, text):]
    # Whatever else was set up to run at the end does not.
    os._exit(0)


def look(report, variables, settings, repository):
    whole_mercurial()
    for name, value in variables:
        if value is None:
            os.environb.pop(name, None)
        else:
            os.environb[name] = value
    watch_settings()
    watch_system()
    # Whatever is made on the first use is made before it is looked at.
    extensions.loadall(load([]))
    sys.addaudithook(audit)
    ui = load(settings)
    color.setup(load([]))
    before_settings = settings_of(ui)
    words = tables()
    names = NOTES.modules = set(sys.modules)
    process = Process()
    snapshot = Snapshot(list(roots()) + [('ui', ui)])

    NOTES.on = True
    try:
        extensions.loadall(ui)
        extensions.populateui(ui)
        owners = Owners()
        report_loaded(report)
    finally:
        NOTES.on = False

    process.report(report)
    # Refusing something makes extensions complain: the cause comes first.
    for what in sorted(NOTES.tried, key=lambda what: (what in ('output', 'terminal'), what)):
        report.add(b'tried', b'?', what)
    start = len(report.lines)
    describe(report, snapshot, owners, words)
    describe_commands(report, snapshot, owners)
    # Two looks at the same say the same.
    report.lines[start:] = sorted(report.lines[start:])
    changed_settings(report, owners, before_settings, settings_of(ui))
    if repository is not None:
        look_at_repository(report, ui, repository, owners, words)
    dependencies(report, names)


def changed_settings(report, owners, before, after):
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            makers = {owners.of_module(name) for name in NOTES.made.get(key, ('?',))}
            for one in sorted(maker or '?' for maker in makers):
                report.add(b'setting-set', one, *key)


def report_loaded(report):
    for name, module in extensions.extensions():
        if is_ours(module.__name__):
            continue
        report.add(b'loaded', name, 'bundled' if is_bundled(name, module) else 'other', version_of(module))
        for hook in ('reposetup', 'uipopulate'):
            if getattr(module, hook, None) is not None:
                report.add(b'hook', name, hook)


def describe(report, snapshot, owners, words, repo=None):
    known_settings = getattr(uimod.ui(), '_knownconfig', {})
    sections = {id(known_settings): None}
    sections.update((id(items), name) for name, items in known_settings.items())
    for path, obj, label, old, new in snapshot.changes():
        how = 'added' if old is NOTHING else 'removed' if new is NOTHING else 'changed'
        owner = owners.of(new)
        word = words.get(id(obj))
        if word is not None:
            kind, attribute = word
            owner = sorted(set(owner) | set(owners.by_table(attribute, label))) or ['?']
            if kind == 'command' and how == 'changed':
                # Told below: a command may also be changed in its place.
                continue
            for one in owner:
                if kind == 'command':
                    for name in label.split(b'|'):
                        report.add(b'command', one, how, name)
                elif kind == 'label' and how == 'added':
                    report.add(b'label', one, how, label, new)
                else:
                    report.add(kind.encode(), one, how, label)
            continue
        if id(obj) in sections:
            section = sections[id(obj)]
            item = text(label) if section is None else '%s.%s' % (text(section), text(label))
            for one in owner or owners.by_setting(item) or ['?']:
                report.add(b'default', one, how, item)
            continue
        if is_noise(path, obj, label, new) or is_kept(repo, path, obj, owner):
            continue
        where = named(path, obj, label, obj if label is None else NOTHING)
        for one in owner or ['?']:
            report.add(b'change', one, how, where)


def describe_commands(report, snapshot, owners):
    for names, before in snapshot.commands.items():
        entry = commands.table.get(names)
        if entry is None:
            continue
        changes = list(command_changes(before, entry))
        if not changes:
            continue
        for owner in sorted(set(owners.of(entry)) | set(owners.by_table('cmdtable', names))) or ['?']:
            for name in names.split(b'|'):
                for word, what in changes:
                    report.add(b'command', owner, word, name, *([] if what is None else what.split(b' ')))


# What the standard library keeps of a first question.
KEPT = {
    ('platform', '_uname_cache'),
    ('sys', 'last_traceback'),
    ('sys', 'last_type'),
    ('sys', 'last_value'),
}


def is_noise(path, obj, label, new):
    """What loading extensions always does, whichever they are."""
    if path.startswith('mercurial.extensions._'):
        return True
    if isinstance(obj, types.ModuleType) and isinstance(new, types.ModuleType):
        # An import leaves the module in its package.
        return new.__name__ == '%s.%s' % (obj.__name__, label)
    return (path, label) in KEPT


def source_of(path):
    if b'__pycache__' not in path:
        return path
    try:
        return os.fsencode(importlib.util.source_from_cache(os.fsdecode(path)))
    except ValueError:
        return path


def dependencies(report, names):
    """What must stay as it is for all this to hold."""
    if NOTES.host:
        report.add(b'host')
    for variable in sorted(NOTES.variables):
        report.add(b'variable', variable)
    for section in sorted(NOTES.sections):
        if section != b'extensions':
            report.add(b'section', section)
    for section, name in sorted(NOTES.settings):
        if section != b'extensions' and section not in NOTES.sections:
            report.add(b'setting', section, name)
    paths = set(NOTES.paths)
    for name in set(sys.modules) - names:
        module = sys.modules[name]
        spec = object.__getattribute__(module, '__dict__').get('__spec__')
        for path in (getattr(spec, 'origin', None), *(getattr(spec, 'submodule_search_locations', None) or ())):
            if isinstance(path, str) and os.path.isabs(path):
                paths.add(os.fsencode(path))
    for _name, module in extensions.extensions():
        path = getattr(module, '__file__', None)
        if path and os.path.isabs(path) and not is_ours(module.__name__):
            paths.add(os.fsencode(path))
    for path in sorted({source_of(path) for path in paths}):
        try:
            st = os.stat(path)
        except OSError:
            report.add(b'absent', path)
        else:
            stamp = (st.st_ctime_ns, st.st_mtime_ns, st.st_size, st.st_ino)
            report.add(b'file', *(b'%d' % number for number in stamp), path)
