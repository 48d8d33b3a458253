# What the process is besides Mercurial's objects, and how that differs later.


class Process:
    """The process as it is now."""

    def __init__(self):
        self.modules = dict(sys.modules)
        self.exits = atexit._ncallbacks()
        self.threads = threading.active_count()
        self.handlers = {n: signal.getsignal(n) for n in signal.valid_signals()}
        self.state = state_of_process()
        self.paths = list(sys.path)
        self.finders = [list(sys.meta_path), list(sys.path_hooks)]
        self.streams = [sys.stdin, sys.stdout, sys.stderr, sys.excepthook]

    def report(self, report):
        """Tells what is not as it was."""
        if atexit._ncallbacks() != self.exits:
            report.add(b'tried', b'?', 'exit')
        if threading.active_count() != self.threads:
            report.add(b'tried', b'?', 'thread')
        if any(signal.getsignal(n) != handler for n, handler in self.handlers.items()):
            report.add(b'tried', b'?', 'signal')
        streams = [sys.stdin, sys.stdout, sys.stderr, sys.excepthook]
        if streams != self.streams or sys.gettrace() or sys.getprofile():
            report.add(b'tried', b'?', 'hook')
        if state_of_process() != self.state:
            report.add(b'tried', b'?', 'environment')
        if [list(sys.meta_path), list(sys.path_hooks)] != self.finders or not harmless_path(self.paths):
            report.add(b'tried', b'?', 'import path')
        for name, module in self.modules.items():
            if sys.modules.get(name) is not module:
                report.add(b'change', b'?', 'changed', 'sys.modules[%s]' % name)


def state_of_process():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask, locale.setlocale(locale.LC_ALL), sys.getrecursionlimit(), sys.getswitchinterval()


def harmless_path(before):
    """Whether nothing that Mercurial may still import comes from another place."""
    new = [path for path in sys.path if path not in before]
    if [path for path in sys.path if path in before] != before:
        return False
    known = getattr(sys, 'stdlib_module_names', None)
    for path in new:
        # Before Python 3.10 there is no list of what a folder may hide.
        if known is None or not os.path.isabs(path):
            return False
        NOTES.paths.add(os.fsencode(path))
        try:
            names = {name.split('.')[0] for name in os.listdir(path)}
        except OSError:
            continue
        if names & (known | {'hgdemandimport', 'hgext', 'hgext3rd', 'mercurial'}):
            return False
    return True
