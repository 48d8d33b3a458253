"""Answers questions about configuration with the installed Mercurial, many in one process.

A message is a count and that many byte strings, each with its length; all numbers are 32 bits, big-endian.
A question is a verb and its arguments; the answer is `ok` and fields, or `error` and what went wrong.
"""

import os
import struct
import sys

from mercurial import config, error, pycompat, util, ui as uimod
from mercurial.utils import stringutil, urlutil

try:
    from mercurial.main_script.options import parse_config_opts
except ImportError:  # before 7.0
    from mercurial.dispatch import _parseconfig as parse_config_opts


def receive(stream):
    head = stream.read(4)
    if len(head) < 4:
        return None
    fields = []
    for _ in range(struct.unpack(">I", head)[0]):
        (size,) = struct.unpack(">I", stream.read(4))
        fields.append(stream.read(size))
    return fields


def send(stream, fields):
    stream.write(struct.pack(">I", len(fields)))
    for field in fields:
        stream.write(struct.pack(">I", len(field)) + field)
    stream.flush()


def number(value):
    return b"%d" % value


def dump(cfg):
    out = []
    for section in cfg.sections():
        for name, (value, source, level) in cfg[section].items():
            out += [section, name, value, source, number(level)]
    return out


def parse(path):
    cfg = config.config()
    cfg.read(path)
    unset = [part for pair in cfg._unset for part in pair]
    return [number(len(unset))] + unset + dump(cfg)


def load(count, *rest):
    """Environment pairs, then --config values, then a repository root or nothing."""
    count = int(count)
    environment, rest = rest[: 2 * count], rest[2 * count :]
    os.environb.clear()
    for name, value in zip(environment[::2], environment[1::2]):
        os.environb[name] = value
    values, root = list(rest[:-1]), rest[-1]
    ui = uimod.ui.load()
    parse_config_opts(ui, values)
    if root:
        ui = ui.copy()
        if b"HGRCSKIPREPO" not in os.environb:
            for name in (b"hgrc", b"hgrc-not-shared"):
                ui.readconfig(os.path.join(root, b".hg", name), root=root)
        ui.setconfig(b"bundle", b"mainreporoot", root, b"repo")
    flags = b"".join(b"1" if flag else b"0" for flag in (ui.quiet, ui.verbose, ui.debugflag))
    lookups = []
    for section, name in ((b"command-templates", b"log"), (b"ui", b"username")):
        lookups.append(ui.config(section, name) or b"")
    return [flags] + lookups + dump(ui._tcfg)


def bare_ui(value):
    ui = uimod.ui()
    ui.setconfig(b"s", b"n", value)
    return ui


def as_text(value):
    return [b"none" if value is None else pycompat.bytestr(value)]


class Warned(Exception):
    pass


def paths(*items):
    """Names and values of [paths], set by a command line in the root folder."""
    ui = uimod.ui()

    def warn(*args, **opts):
        raise Warned()

    ui.warn = warn
    for name, value in zip(items[::2], items[1::2]):
        ui.setconfig(b"paths", name, value, b"--config")
    out = []
    for name, path in urlutil.list_paths(ui):
        out += [name, urlutil.hidepassword(path.rawloc)]
        for option, value in sorted(path.suboptions.items()):
            if isinstance(value, bool):
                value = b"yes" if value else b"no"
            elif not isinstance(value, bytes):
                value = urlutil.path_suboptions_display[option](value)
            out.append(option + b"=" + value)
    return out


VERBS = {
    b"parse": parse,
    b"load": load,
    b"list": lambda value: stringutil.parselist(value),
    b"bool": lambda value: as_text(stringutil.parsebool(value)),
    b"int": lambda value: number_of(bare_ui(value).configint(b"s", b"n")),
    b"bytes": lambda value: number_of(bare_ui(value).configbytes(b"s", b"n")),
    b"shlex": lambda value: pycompat.shlexsplit(value, comments=False, posix=True),
    b"expand": util.expandpath,
    b"repr": lambda value: [pycompat.bytestr("%r" % pycompat.bytestr(value))],
    b"join": lambda base, part: [os.path.join(base, part)],
    b"url": lambda text: [urlutil.hidepassword(text)],
    b"paths": paths,
    b"norm": lambda path: [os.path.normpath(path)],
}


def number_of(value):
    return [number(value)]


def main():
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    before = dict(os.environb)
    while True:
        question = receive(stdin)
        if question is None:
            return
        try:
            answer = VERBS[question[0]](*question[1:])
            if isinstance(answer, bytes):
                answer = [answer]
            send(stdout, [b"ok"] + list(answer))
        except error.ConfigError as inst:
            send(stdout, [b"error", b"broken" if inst.location else inst.message])
        except error.Abort as inst:
            send(stdout, [b"error", inst.message])
        except Warned:
            send(stdout, [b"error", b"warned"])
        except (AssertionError, TypeError, ValueError, OverflowError, OSError, RecursionError):
            send(stdout, [b"error", b"python"])
        os.environb.clear()
        os.environb.update(before)


main()
