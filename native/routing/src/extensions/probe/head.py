# Prints what loading the enabled extensions changes in the Mercurial that runs it, in the format that
# `findings.rs` reads.
#
# amalgam loads this file as the only extension, with an empty configuration, outside any repository.
# Its command loads the user's extensions with the user's settings, which come on stdin, and compares
# every object of Mercurial's modules before and after. It also notes on what the extensions' own code
# depended: settings, variables, files. While they load, writing, starting programs and talking to
# others is refused, and whoever tries counts as able to change everything.

import _thread
import atexit
import collections
import functools
import importlib
import importlib.util
import io
import locale
import os
import pkgutil
import platform
import resource
import signal
import sys
import threading
import types

import mercurial
from mercurial import (
    color,
    commands,
    config as configmod,
    demandimport,
    encoding,
    extensions,
    localrepo,
    pycompat,
    registrar,
    ui as uimod,
    util,
)
from mercurial.utils import procutil

cmdtable = {}
command = registrar.command(cmdtable)

# Not part of what answers a command on a Unix system, or not importable there.
SKIPPED = (
    'mercurial.__main__',
    'mercurial.cffi',
    'mercurial.pure',
    'mercurial.scmwindows',
    'mercurial.testing',
    'mercurial.thirdparty',
    'mercurial.win32',
    'mercurial.windows',
)
DULL = ('__builtins__', '__cached__', '__doc__', '__loader__', '__spec__', '__warningregistry__')
PLAIN = (bytes, str, int, float, bool, type(None))


def escaped(value):
    """One word: backslash, control bytes and blanks as \\xNN."""
    # Mercurial has subclasses of bytes that iterate otherwise.
    value = bytes(memoryview(value)) if isinstance(value, bytes) else os.fsencode(str(value))
    out = bytearray()
    for byte in value:
        if byte <= 0x20 or byte == 0x5C or byte == 0x7F:
            out += b'\\x%02x' % byte
        else:
            out.append(byte)
    return bytes(out) or b'\\'


def unescaped(word):
    if word == b'\\':
        return b''
    first, *rest = word.split(b'\\x')
    return first + b''.join(bytes([int(part[:2], 16)]) + part[2:] for part in rest)
