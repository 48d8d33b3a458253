# Prints what amalgam must know of the Mercurial that runs it, in the format that `file.rs` reads.
#
# amalgam loads this file as an extension, with an empty configuration, outside any repository, and
# runs its one command. It only asks; it changes nothing. Mercurial 6.3 and 7.2, C and Rust builds.

import hashlib
import importlib
import importlib.util
import os
import pkgutil
import site
import sys
import zlib

import mercurial
from mercurial import color, commands, configitems, demandimport, policy, registrar, revset, scmposix, util
from mercurial.utils import resourceutil

cmdtable = {}
command = registrar.command(cmdtable)


def encoded(value):
    return value if isinstance(value, bytes) else os.fsencode(value)


def escaped(value):
    """One line, no ambiguity: backslash, control bytes and blanks as \\xNN."""
    out = bytearray()
    for byte in encoded(value):
        if byte <= 0x20 or byte == 0x5C or byte == 0x7F:
            out += b'\\x%02x' % byte
        else:
            out.append(byte)
    return bytes(out)


def module_build():
    if getattr(sys, 'frozen', None) or sys.implementation.name != 'cpython':
        return b'other'
    if importable('mercurial.cext.parsers') is None:
        return b'other'
    if policy.policy in (b'c', b'allow'):
        return b'c'
    if policy.policy in (b'rust+c', b'rust+c-allow'):
        if importable('mercurial.rustext') or importable('mercurial.pyo3_rustext'):
            return b'rust'
        return b'c' if policy.policy == b'rust+c-allow' else b'other'
    return b'other'


def importable(name):
    try:
        with demandimport.deactivated():
            return importlib.import_module(name)
    except BaseException:
        return None


def system_config():
    """The files and folders that hold the system's configuration, and whether they explain what is read."""
    roots = []
    prefix = os.path.dirname(os.path.dirname(encoded(sys.argv[0])))
    if prefix != b'/':
        roots.append(os.path.join(prefix, b'etc/mercurial'))
    roots.append(b'/etc/mercurial')
    expected, listed = [], []
    for root in roots:
        expected.append(os.path.join(root, b'hgrc'))
        listed.append(os.path.normpath(os.path.join(root, b'hgrc')))
        folder = os.path.join(root, b'hgrc.d')
        listed.append(os.path.normpath(folder))
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            names = []
        expected += [os.path.join(folder, n) for n in names if n.endswith(b'.rc')]
    return listed, expected == list(scmposix.systemrcpath())


def extension_names():
    import hgext

    for module in sorted(pkgutil.iter_modules(hgext.__path__), key=lambda m: m.name):
        if importable('hgext.' + module.name) is not None:
            yield module.name


def zlib_samples():
    """A digest of what zlib makes of short, long, compressible and other bytes: the samples of diff/src/binary.rs."""

    def noise(seed, length):
        blocks = (hashlib.sha1(b'%s%d' % (seed, n)).digest() for n in range(length // 20 + 1))
        return b''.join(blocks)[:length]

    random = noise(b'amalgam', 400000)
    words = []
    for word in range(300):
        start = word * 12
        length = 1 + random[start] % 9
        words.append(bytes(97 + byte % 26 for byte in random[start + 1 : start + 1 + length]))
    text = bytearray()
    for n in range(80000):
        text += words[random[4000 + 2 * n] * random[4001 + 2 * n] >> 8]
        text += b' ' if n % 11 else b'\n'
    text = bytes(text)
    records = b''.join(
        bytes((n & 255, n >> 8, 0, random[n] & 3, random[n * 7 % 50000], 0, 0, 255)) for n in range(40000)
    )
    few = random.translate(bytes(byte & 1 for byte in range(256)))
    skewed = random.translate(bytes((byte & -byte).bit_length() - 1 if byte else 8 for byte in range(256)))
    samples = [b'', b'\0', b'a\0b', bytes(300000)]
    for length in (10, 100, 1000, 16383, 16384, 32768, 65536):
        samples += [random[:length], text[:length], records[:length]]
    samples += [random[:200000], text, records, few, skewed, random[:32500] * 2 + random[:40000] * 2]
    digest = hashlib.sha1()
    for sample in samples:
        compressed = zlib.compress(sample)
        digest.update(b'%d ' % len(compressed))
        digest.update(compressed)
    return digest.hexdigest()


def setting_defaults():
    """By section, what settings are where nothing sets them: exact names, then patterns in the order of their trial."""
    for section in sorted(configitems.coreitems):
        exact, patterns = [], []
        for name, item in sorted(configitems.coreitems[section].items()):
            value = default_value(item.default)
            if item.generic:
                patterns.append((item.priority, name, b'~%s=%s' % (name.hex().encode('ascii'), value)))
            elif b'=' not in name:
                exact.append(b'%s=%s' % (name, value))
        yield section, exact + [word for _priority, _name, word in sorted(patterns)]


def default_value(value):
    """A letter for the kind, then the value; `?` for what may depend on the process, `d` for what is worked out."""
    if value is configitems.dynamicdefault:
        return b'd'
    if callable(value):
        # What makes a list makes the same one each time.
        value = value()
        if not isinstance(value, list):
            return b'?'
    if value is None:
        return b'n'
    if isinstance(value, bool):
        return b't' if value else b'f'
    if isinstance(value, int):
        return b'i%d' % value
    if isinstance(value, bytes):
        return b'b' + value.hex().encode('ascii')
    if isinstance(value, list) and all(isinstance(item, bytes) for item in value):
        return b','.join([b'l'] + [item.hex().encode('ascii') for item in value])
    return b'?'


def watched_paths():
    """Files and folders whose change means that these facts must be asked again."""
    package = os.path.dirname(mercurial.__file__)
    paths = [sys.argv[0], sys.executable, os.path.realpath(sys.executable)]
    paths.append(os.path.join(os.path.dirname(os.path.dirname(sys.executable)), 'pyvenv.cfg'))
    # A replaced file changes its folder; these few may also be rewritten in place.
    for name in ('', '__version__.py', '__modulepolicy__.py', 'defaultrc', 'locale', 'cext'):
        paths.append(os.path.join(package, name) if name else package)
    for name in ('hgext', 'hgext3rd'):
        module = importable(name)
        if module is not None:
            paths += list(module.__path__)
    paths += [p for p in sys.path if os.path.isabs(p)]
    if site.ENABLE_USER_SITE:
        paths.append(site.getusersitepackages())
    seen = set()
    for path in paths:
        if path and path not in seen:
            seen.add(path)
            yield path


@command(b'amalgam-facts', [], b'', norepo=True)
def amalgam_facts(ui, *args, **opts):
    lines = []

    def add(word, *values):
        lines.append(b' '.join([word] + [escaped(v) for v in values]))

    listed, explained = system_config()
    defaultrc = os.path.join(os.path.dirname(mercurial.__file__), 'defaultrc')
    known = explained and os.path.isdir(defaultrc)
    add(b'version', util.version())
    add(b'build', module_build() if known else b'other')
    add(b'python', '%d.%d.%d' % sys.version_info[:3])
    add(b'zlib', zlib.ZLIB_RUNTIME_VERSION)
    add(b'zlib-samples', zlib_samples())
    add(b're2', b'no' if importlib.util.find_spec('re2') is None else b'yes')
    if os.path.isdir(defaultrc):
        for name in sorted(os.listdir(encoded(defaultrc))):
            if name.endswith(b'.rc'):
                add(b'default-rc', os.path.join(encoded(defaultrc), name))
    for path in listed:
        add(b'system-rc', path)
    for key in sorted(commands.table):
        words = key.split(b'|')
        if words[0] != b'amalgam-facts':
            add(b'command', *words)
    for name in extension_names():
        add(b'extension', name)
    locale = os.path.join(os.fsdecode(resourceutil.datapath), 'locale')
    if os.path.isdir(locale):
        for name in sorted(os.listdir(locale)):
            if os.path.isdir(os.path.join(locale, name)):
                add(b'language', name)
    for label, effects in sorted(color._defaultstyles.items()):
        add(b'style', label, effects)
    for section, words in setting_defaults():
        add(b'defaults', section, *words)
    names = [(name, fn.__doc__ is not None) for name, fn in sorted(revset.symbols.items())]
    add(b'revset', *[name for name, described in names if described])
    add(b'inner-revset', *[name for name, described in names if not described])
    ui.pushbuffer()
    commands.version_(ui)
    add(b'version-text', ui.popbuffer())
    for path in watched_paths():
        try:
            st = os.stat(path)
        except OSError:
            add(b'absent', path)
        else:
            add(b'stat', b'%d' % st.st_mtime_ns, b'%d' % st.st_size, b'%d' % st.st_ino, path)
    lines.append(b'end')
    ui.write(b'\n'.join(lines) + b'\n')
