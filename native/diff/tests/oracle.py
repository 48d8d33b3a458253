"""Diffs pairs of texts with the installed Mercurial's own modules, for the test beside it.

Input, all of it at once: for each question nine fields, each a big-endian length and bytes: settings as letters, the
lines of context, and for either side whether it is there, its content, its date; last the path. Output: for each
question one field. Run by the interpreter that runs the installed hg.
"""

import struct
import sys

from mercurial import mdiff


def fields(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def answer(settings, context, has_old, old, old_date, has_new, new, new_date, path):
    names = {
        b"g": "git",
        b"n": "nodates",
        b"p": "showfunc",
        b"w": "ignorews",
        b"b": "ignorewsamount",
        b"B": "ignoreblanklines",
        b"Z": "ignorewseol",
    }
    given = {name: True for letter, name in names.items() if letter in settings}
    options = mdiff.diffopts(context=int(context), **given)
    old = old if has_old else None
    new = new if has_new else None
    headers, hunks = mdiff.unidiff(old, old_date, new, new_date, path, path, binary=False, opts=options)
    text = b"".join(b"".join(lines) for _, lines in hunks)
    return b"".join(header + b"\n" for header in headers) + text


everything = list(fields(sys.stdin.buffer.read()))
for start in range(0, len(everything), 9):
    reply = answer(*everything[start : start + 9])
    sys.stdout.buffer.write(struct.pack(">I", len(reply)) + reply)
