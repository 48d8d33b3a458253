# Every object that can be reached from Mercurial's modules, and how that differs later.


def whole_mercurial():
    """Loads every module that a command may use, for good."""
    with demandimport.deactivated():
        for found in pkgutil.walk_packages(mercurial.__path__, 'mercurial.', onerror=lambda name: None):
            if found.name.startswith(SKIPPED):
                continue
            try:
                importlib.import_module(found.name)
            except BaseException:
                continue
    for module in list(sys.modules.values()):
        try:
            module.__name__
        except BaseException:
            continue


def is_bundled(name, module):
    """Whether an extension is the one that came with this Mercurial."""
    package = os.path.join(os.path.dirname(os.path.dirname(mercurial.__file__)), 'hgext')
    path = getattr(module, '__file__', None) or '?'
    own = os.path.join(package, os.fsdecode(name))
    return path in (own + '.py', os.path.join(own, '__init__.py'))


def version_of(module):
    try:
        return extensions.moduleversion(module) or '?'
    except Exception:
        return '?'


def is_ours(name):
    return name == __name__ or name.endswith('amalgam_probe')


def is_core(name):
    return isinstance(name, str) and (name.split('.')[0] in ('mercurial', 'hgdemandimport'))


def is_seen(obj):
    """Whether what an object consists of is compared."""
    kind = type(obj)
    if isinstance(obj, types.ModuleType):
        return True
    if isinstance(obj, type):
        return bool(obj.__flags__ & (1 << 9))
    if kind in (types.FunctionType, staticmethod, classmethod, property, functools.partial):
        return True
    if isinstance(obj, (Stream, Notes, Variables, Words, configmod.config)):
        return False
    if kind is types.MethodType or isinstance(obj, (dict, list, tuple, set, frozenset, collections.deque)):
        return True
    return is_core(kind.__module__) and not isinstance(obj, PLAIN)


def contents(obj):
    """The parts of an object, by label."""
    kind = type(obj)
    if isinstance(obj, types.ModuleType):
        return {k: v for k, v in vars(obj).items() if k not in DULL}
    if isinstance(obj, type):
        parts = {k: v for k, v in vars(obj).items() if k not in ('__doc__', '__dict__', '__weakref__')}
        parts['__bases__'] = obj.__bases__
        return parts
    if kind is types.FunctionType:
        parts = dict(vars(obj))
        parts['__code__'] = obj.__code__
        parts['__defaults__'] = obj.__defaults__
        parts['__kwdefaults__'] = obj.__kwdefaults__
        for i, cell in enumerate(obj.__closure__ or ()):
            try:
                parts['cell %d' % i] = cell.cell_contents
            except ValueError:
                pass
        return parts
    if kind in (staticmethod, classmethod):
        return {'__func__': obj.__func__}
    if kind is property:
        return {'fget': obj.fget, 'fset': obj.fset, 'fdel': obj.fdel}
    if kind is types.MethodType:
        return {'__func__': obj.__func__, '__self__': obj.__self__}
    if kind is functools.partial:
        return {'func': obj.func, 'args': obj.args, 'keywords': obj.keywords}
    if kind is dict:
        return dict(obj)
    if kind in (list, tuple):
        return dict(enumerate(obj))
    if kind in (set, frozenset):
        return {x: x for x in obj}
    parts = {}
    if isinstance(obj, dict):
        parts.update((('item', k), v) for k, v in dict.items(obj))
    elif isinstance(obj, (list, tuple, collections.deque)):
        parts.update((('item', i), v) for i, v in enumerate(obj))
    elif isinstance(obj, (set, frozenset)):
        parts.update((('item', v), v) for v in obj)
    try:
        parts.update(object.__getattribute__(obj, '__dict__'))
    except AttributeError:
        pass
    for cls in kind.__mro__:
        slots = cls.__dict__.get('__slots__', ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            try:
                parts[slot] = object.__getattribute__(obj, slot)
            except AttributeError:
                pass
    parts['__class__'] = kind
    return parts


def shallow(obj):
    """What can be compared later: plain values themselves, all else by identity."""
    return {k: (v if type(v) in PLAIN else id(v)) for k, v in contents(obj).items()}


class Snapshot:
    """Every object that can be reached from Mercurial's modules, and what it consists of."""

    def __init__(self, roots):
        self.nodes = []
        # Nothing may be freed, or another object could have its address.
        self.kept = []
        seen = set()
        todo = list(roots)
        # A command's options are told apart from other things.
        table = commands.table
        self.commands = {key: (entry[0], list(entry[1]), entry[2:]) for key, entry in table.items()}
        seen |= {id(part) for entry in table.values() for part in (entry, entry[1])}
        while todo:
            path, obj = todo.pop()
            if id(obj) in seen:
                continue
            seen.add(id(obj))
            try:
                parts = contents(obj)
            except Exception:
                continue
            self.kept.append((obj, parts))
            now = {k: (v if type(v) in PLAIN else id(v)) for k, v in parts.items()}
            self.nodes.append((path, obj, now))
            outer = isinstance(obj, types.ModuleType) and not is_core(obj.__name__)
            outer = outer or (isinstance(obj, type) and not is_core(obj.__module__))
            for label, part in parts.items():
                if outer and not (isinstance(part, type) and isinstance(obj, types.ModuleType)):
                    continue
                if isinstance(part, types.ModuleType) or not is_seen(part):
                    continue
                if isinstance(part, type) and not is_core(part.__module__) and not outer:
                    continue
                todo.append((named(path, obj, label, part), part))

    def changes(self):
        """(path, owner, label, before, after) of all that is not as it was."""
        for path, obj, before in self.nodes:
            try:
                after = shallow(obj)
            except Exception:
                yield path, obj, None, None, None
                continue
            if before == after:
                continue
            now = contents(obj)
            if type(obj) is list:
                yield from list_changes(path, obj, list(before.values()), after, now)
                continue
            for label in before.keys() | after.keys():
                old, new = before.get(label, NOTHING), after.get(label, NOTHING)
                if old is not new and (type(old) is not type(new) or old != new):
                    yield path, obj, label, old, now.get(label, NOTHING)


def command_changes(before, entry):
    """How a command differs: (word, what)."""
    function, options, rest = before
    if entry[0] is not function:
        yield 'wrapped', None
    if list(entry[1])[: len(options)] != options or any(b' ' in option[1] for option in entry[1]):
        yield 'changed', None
        return
    for option in list(entry[1])[len(options) :]:
        yield 'option', option[1] + b' ' + option[0]


def list_changes(path, obj, before, after, now):
    """Elements that came; one that went, or another order, is a change of the whole."""
    stayed = [value for value in after.values() if value in before]
    if stayed != before:
        yield path, obj, '', None, None
    for label, value in after.items():
        if value not in before:
            yield path, obj, '', NOTHING, now[label]


NOTHING = object()


def named(path, owner, label, part):
    # By their own module, wherever they were found: others have them too.
    if isinstance(part, type) or type(part) is types.FunctionType and '<' not in part.__qualname__:
        return '%s.%s' % (part.__module__, part.__qualname__)
    if isinstance(owner, (types.ModuleType, type)) or isinstance(label, str):
        return '%s.%s' % (path, text(label))
    return '%s[%s]' % (path, text(label))


def text(label):
    if isinstance(label, tuple) and len(label) == 2 and label[0] == 'item':
        label = label[1]
    if isinstance(label, bytes):
        return label.decode('latin-1')
    return label if isinstance(label, (str, int)) else type(label).__name__


def roots():
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, types.ModuleType) and not is_ours(name):
            yield name, module
