# What the code of extensions looked at and tried while they are loaded, and what is refused.


class Notes:
    """What the code of extensions read and tried, while `on`."""

    def __init__(self):
        self.on = False
        self.settings = set()
        self.sections = set()
        self.variables = set()
        self.paths = set()
        self.tried = set()
        # Settings that were made, and in which modules.
        self.made = {}
        # The modules that were there before.
        self.modules = set()
        # Whether the machine's name was asked for.
        self.host = False

    def asks_host(self):
        self.host |= self.on

    def attempt(self, what):
        if self.on:
            self.tried.add(what)


NOTES = Notes()


# What an audit hook refuses; the words are for people.
REFUSED = {
    'os.chdir': 'chdir',
    'os.chmod': 'write',
    'os.chown': 'write',
    'os.exec': 'program',
    'os.fork': 'program',
    'os.forkpty': 'program',
    'os.kill': 'signal',
    'os.killpg': 'signal',
    'os.link': 'write',
    'os.mkdir': 'write',
    'os.posix_spawn': 'program',
    'os.remove': 'write',
    'os.rename': 'write',
    'os.rmdir': 'write',
    'os.spawn': 'program',
    'os.symlink': 'write',
    'os.system': 'program',
    'os.truncate': 'write',
    'os.utime': 'write',
    'os.setxattr': 'write',
    'os.removexattr': 'write',
    'pty.spawn': 'program',
    'signal.pthread_kill': 'signal',
    'socket.bind': 'network',
    'socket.connect': 'network',
    'socket.getaddrinfo': 'network',
    'socket.gethostbyaddr': 'network',
    'socket.gethostbyname': 'network',
    'socket.sendmsg': 'network',
    'socket.sendto': 'network',
    'sqlite3.connect': 'write',
    'subprocess.Popen': 'program',
    'sys.addaudithook': 'hook',
    'sys.setprofile': 'hook',
    'sys.settrace': 'hook',
    '_thread.start_new_thread': 'thread',
}
NOTED = {
    'os.putenv': 'environment',
    'os.unsetenv': 'environment',
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def audit(event, args):
    if not NOTES.on:
        return
    if event == 'open':
        path, mode, flags = args
        writes = isinstance(flags, int) and flags & WRITING
        writes = writes or (isinstance(mode, str) and any(c in mode for c in 'wax+'))
        if writes and path not in ('/dev/null', b'/dev/null'):
            NOTES.tried.add('write')
            raise PermissionError('amalgam: nothing is written while extensions are looked at')
        note_path(path)
    elif event in ('os.listdir', 'os.scandir'):
        note_path(args[0])
    elif event == 'socket.gethostname':
        NOTES.asks_host()
    elif event in NOTED:
        NOTES.tried.add(NOTED[event])
    else:
        what = REFUSED.get(event)
        if what is not None:
            NOTES.tried.add(what)
            raise PermissionError('amalgam: %s is not allowed while extensions are looked at' % event)


def note_path(path):
    if not NOTES.on or isinstance(path, int):
        return
    try:
        path = os.fsencode(path)
    except TypeError:
        NOTES.tried.add('cwd')
        return
    if path.startswith(b'/'):
        NOTES.paths.add(path)
    else:
        NOTES.tried.add('cwd')


def attempting(base, name, what):
    """A method of a built-in class that notes that it was called."""

    def method(self, *args):
        NOTES.attempt(what)
        return getattr(base, name)(self, *args)

    return method


class Variables(dict):
    """The process's environment, which says what was looked up."""

    def __getitem__(self, name):
        if NOTES.on:
            NOTES.variables.add(name)
        return dict.__getitem__(self, name)

    def __contains__(self, name):
        if NOTES.on:
            NOTES.variables.add(name)
        return dict.__contains__(self, name)

    __iter__ = attempting(dict, '__iter__', 'environment')
    __len__ = attempting(dict, '__len__', 'environment')
    copy = attempting(dict, 'copy', 'environment')
    items = attempting(dict, 'items', 'environment')
    keys = attempting(dict, 'keys', 'environment')
    values = attempting(dict, 'values', 'environment')


class Words(list):
    """The command line, which is another for each command."""

    __contains__ = attempting(list, '__contains__', 'command line')
    __getitem__ = attempting(list, '__getitem__', 'command line')
    __iter__ = attempting(list, '__iter__', 'command line')
    __len__ = attempting(list, '__len__', 'command line')


class Stream(io.BytesIO):
    """Stands for a standard stream: whether it is a terminal depends on the invocation."""

    def isatty(self):
        NOTES.attempt('terminal')
        return False

    def fileno(self):
        NOTES.attempt('terminal')
        return io.BytesIO.fileno(self)

    def write(self, data):
        if data:
            NOTES.attempt('output')
        return len(data)


def watch_settings():
    """Notes what is read of a configuration, whichever way."""
    cls = configmod.config

    def noting(name, section_only):
        original = getattr(cls, name, None)
        if original is None:
            return

        @functools.wraps(original)
        def method(self, *args, **kwargs):
            if NOTES.on and args:
                if section_only or len(args) < 2:
                    NOTES.sections.add(args[0])
                else:
                    NOTES.settings.add((args[0], args[1]))
            return original(self, *args, **kwargs)

        setattr(cls, name, method)

    for name in ('get', 'hasitem', 'source', 'level'):
        noting(name, False)
    for name in ('items', '__contains__', '__getitem__'):
        noting(name, True)
    walk = uimod.ui.walkconfig

    @functools.wraps(walk)
    def walkconfig(self, *args, **kwargs):
        NOTES.attempt('configuration')
        return walk(self, *args, **kwargs)

    uimod.ui.walkconfig = walkconfig
    setconfig = uimod.ui.setconfig

    @functools.wraps(setconfig)
    def setting(self, section, name, *args, **kwargs):
        if NOTES.on:
            who = sys._getframe(1).f_globals.get('__name__', '?')
            NOTES.made.setdefault((section, name), set()).add(who)
        return setconfig(self, section, name, *args, **kwargs)

    uimod.ui.setconfig = setting


def watch_system():
    """Notes questions to the system that no audit event tells of."""

    def noting(name, note):
        original = getattr(os, name, None)
        if original is None:
            return

        @functools.wraps(original)
        def function(*args, **kwargs):
            note(*args[:1])
            return original(*args, **kwargs)

        setattr(os, name, function)

    for name in ('stat', 'lstat', 'access', 'readlink', 'statvfs'):
        noting(name, note_path)
    for name in ('getcwd', 'getcwdb'):
        noting(name, lambda *args: NOTES.attempt('cwd'))
    encoding.getcwd = os.getcwdb
    start = _thread.start_new_thread

    def start_new_thread(*args, **kwargs):
        NOTES.attempt('thread')
        return start(*args, **kwargs)

    _thread.start_new_thread = _thread.start_new = threading._start_new_thread = start_new_thread
    for name in ('isatty', 'ttyname', 'get_terminal_size', 'getppid', 'getlogin'):
        noting(name, lambda *args: NOTES.attempt('terminal'))
    noting('uname', lambda *args: NOTES.asks_host())
    # Asked for once and kept.
    platform._uname_cache = None
    sys.argv = Words(sys.argv)
    pycompat.sysargv = Words(pycompat.sysargv)
    data = Variables(os.environ._data)
    os.environ._data = data
    os.environb._data = data
