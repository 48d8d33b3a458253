"""Answers questions about patterns with the installed Mercurial's own modules, for the tests beside it.

One question a line on stdin, one answer a line on stdout. A line is words separated by spaces; a word that holds
bytes is a list of hexadecimal texts, each after a comma, so that the empty list is the empty word.
Run by the interpreter that runs the installed hg; the repository is the first argument.
"""

import os
import sys
import warnings

sys.path.insert(0, os.environ.get("ORACLE_PATH", ""))

from mercurial import (  # noqa: E402
    error,
    extensions,
    hg,
    match as matchmod,
    pathutil,
    scmutil,
    ui as uimod,
)

ROOT = os.fsencode(sys.argv[1])
warnings.simplefilter("always")


def unpack(word):
    return [bytes.fromhex(text) for text in word.split(",")[1:]]


def pack(texts):
    return "".join("," + text.hex() for text in texts) or "-"


def visited(matcher, folder):
    answer = matcher.visitchildrenset(folder)
    if answer == b"all":
        return "R"
    if answer == b"this":
        return "T"
    if not answer:
        return "N"
    return "C" + ".".join(sorted(name.hex() for name in answer))


def bits(values):
    return "".join("1" if value else "0" for value in values) or "-"


def question_match(audit, cwd, default, pats, include, exclude, paths, folders):
    auditor = pathutil.pathauditor(ROOT, realfs=audit == "disk")
    m = matchmod.match(
        ROOT,
        unpack(cwd)[0],
        unpack(pats),
        unpack(include),
        unpack(exclude),
        default.encode(),
        auditor=auditor,
    )
    flags = bits([m.always(), m.isexact(), m.prefix(), m.anypats()])
    seen = " ".join(visited(m, folder) for folder in unpack(folders)) or "-"
    return f"ok {flags} {pack(m.files())} {bits(m(p) for p in unpack(paths))} {seen}"


def question_ignore(paths):
    """The rules of ROOT/.hgignore, for each path: the rule alone, and with the folders above it."""
    warned = []
    name = os.path.join(ROOT, b".hgignore")
    m = matchmod.match(ROOT, b"", [], [b"include:" + name], warn=warned.append)

    def dirignore(path):
        return m(path) or any(m(parent) for parent in pathutil.finddirs(path))

    paths = unpack(paths)
    alone = bits(m(path) for path in paths)
    above = bits(dirignore(path) for path in paths)
    return "warned" if warned else f"ok {alone} {above}"


def question_status(cwd, pats, include, exclude):
    """What a status with everything listed reports: explicit names that it warns of, unknown and ignored files."""
    os.chdir(os.path.join(ROOT, unpack(cwd)[0]))
    ui = uimod.ui.load()
    warned = []
    ui.warn = lambda *texts, **opts: warned.append(b"".join(texts))
    repo = hg.repository(ui, ROOT)
    repo.ui.warn = ui.warn
    opts = {b"include": unpack(include), b"exclude": unpack(exclude)}
    m = scmutil.match(repo[None], unpack(pats), opts, badfn=lambda name, text: None)
    st = repo.status(match=m, unknown=True, ignored=True)
    return f"{'warned' if warned else 'ok'} {pack(sorted(st.unknown))} {pack(sorted(st.ignored))}"


QUESTIONS = {"match": question_match, "ignore": question_ignore, "status": question_status}


def answer(line):
    word, *rest = line.split(" ")
    try:
        with warnings.catch_warnings(record=True) as caught:
            text = QUESTIONS[word](*rest)
        return "warned" if caught else text
    except error.Abort as inst:
        hint = "," + inst.hint.hex() if inst.hint else "-"
        return f"abort {pack([inst.message])} {hint} {type(inst).__name__}"
    except Exception as inst:  # the interpreter's own trouble with a pattern is an answer too
        return f"crashed {type(inst).__name__}"
    except BaseException as inst:
        if type(inst).__name__ != "PanicException":
            raise
        return "crashed PanicException"


extensions.loadall(uimod.ui.load())
for line in sys.stdin:
    print(answer(line.rstrip("\n")), flush=True)
