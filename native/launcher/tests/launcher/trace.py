# Loaded by Python before Mercurial: prints which modules of Mercurial's ran code for a command, the loading of modules
# left out. One word each, to the file that a variable names.

import atexit
import os
import sys

codes = set()
loading = 0


def leave(frame, event, arg):
    global loading
    if event == 'return':
        loading -= 1
    return leave


def call(frame, event, arg):
    global loading
    code = frame.f_code
    if code.co_name == '<module>' and '/mercurial/' in code.co_filename:
        loading += 1
        frame.f_trace_lines = False
        return leave
    # The bodies of classes run while modules are loaded late.
    if not loading and code.co_flags & 2:
        codes.add(code)
    return None


def done():
    sys.settrace(None)
    modules = set()
    for code in codes:
        path = code.co_filename
        at = path.rfind('/mercurial/')
        if at >= 0:
            modules.add(path[at + len('/mercurial/') :].rpartition('.')[0].replace('/', '.'))
    with open(os.environ['AMALGAM_TEST_MODULES'], 'w') as out:
        out.write('\n'.join(sorted(modules)))


if 'AMALGAM_TEST_MODULES' in os.environ:
    atexit.register(done)
    sys.settrace(call)
