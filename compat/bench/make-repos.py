#!/usr/bin/env python3
"""Builds the big repositories that the benchmark measures on, with a real Mercurial.

    make-repos.py [--into FOLDER] [--hg HG] [--hg-rust HG] [--only NAME ...] [--scale FRACTION]

    flat-v1, flat-v2       100,000 files in 10 folders, of which the second changeset changes every tenth
    source-v1, source-v2   260,000 files in about 29,000 folders, shaped like a source tree, with some 60
                           ignore patterns, an ignored build folder with 20,000 files, and 100 files that were
                           changed in the working copy
    history                some 21,000 changesets with side branches and merges, one file that most of them change

FOLDER is $AMALGAM_BENCH_REPOS, or amalgam/bench in the user's cache folder. What is already there is kept:
a second run is instant. The -v2 ones need a Mercurial with its Rust extension (--hg-rust, or
$AMALGAM_HG_RUST) to be useful; without one they are built through the slow path of --hg.
Names and contents come from a fixed seed, so two machines measure the same tree.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import time

WORDS = """core util net io fs mm driver block char sound video input crypto lib kernel arch boot tools test
doc include common base platform power bus clock memory queue cache index parse render layout style script
engine worker service client server proxy config state event signal timer thread lock buffer stream codec
audio image font text widget view model store query schema table record field""".split()
ENDINGS = ["c", "h", "cc", "py", "rs", "js", "txt", "md", "S", "json", "idl", "css"]
IGNORE = (
    ["syntax: glob"]
    + [f"*.{e}" for e in "o a so pyc pyo class obj lib exe dll ko mod cmd order orig rej swp swo tmp log".split()]
    + [f"*.{e}.dep" for e in "c cc h S".split()]
    + ["*~", ".#*", "#*#", "tags", "TAGS", "cscope.*", "GPATH", "GRTAGS", "*.min.js.map", "modules.order"]
    + ["syntax: regexp", r"^build/", r"(^|/)__pycache__/", r"(^|/)node_modules/", r"\.egg-info/", r"^out/"]
    + [r"^obj-[a-z0-9_]+/", r"(^|/)\.deps/", r"(^|/)\.libs/", r"(^|/)target/debug/", r"\.gcov$", r"\.gcno$"]
    + [r"^\.vscode/", r"^\.idea/", r"^compile_commands\.json$", r"/Makefile\.in$", r"(^|/)autom4te\.cache/"]
    + [r"(^|/)core\.[0-9]+$", r"\.sw[a-p]$", r"^vmlinux", r"^System\.map", r"(^|/)CMakeFiles/", r"\.DS_Store$"]
)


def say(text):
    print(text, flush=True)


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def make_flat(root, scale):
    for d in range(10):
        os.makedirs(f"{root}/folder{d}")
        for n in range(int(10_000 * scale)):
            write(f"{root}/folder{d}/file_{n:05}.txt", f"{d} {n}\n")


def change_flat(root, scale):
    for d in range(10):
        for n in range(0, int(10_000 * scale), 10):
            write(f"{root}/folder{d}/file_{n:05}.txt", f"{d} {n}\nchanged\n")


def source_folders(count, rng):
    """Relative folder names, parents before children, most of them four to eight deep."""
    folders = [""]
    seen = {""}
    while len(folders) < count:
        parent = folders[min(int(rng.expovariate(1.0) * len(folders) / 2), len(folders) - 1)]
        if parent.count("/") > 9:
            continue
        name = rng.choice(WORDS) + (str(rng.randrange(40)) if rng.random() < 0.7 else "")
        path = f"{parent}/{name}" if parent else name
        if path in seen or name == "build":
            continue
        seen.add(path)
        folders.append(path)
    return folders


def make_source(root, scale):
    rng = random.Random(20200202)
    folders = source_folders(int(29_000 * scale), rng)
    for folder in folders:
        os.makedirs(f"{root}/{folder}", exist_ok=True)
    for n in range(int(260_000 * scale)):
        folder = rng.choice(folders)
        name = f"{rng.choice(WORDS)}_{rng.choice(WORDS)}{n % 9973}.{rng.choice(ENDINGS)}"
        write(f"{root}/{folder}/{name}", f"{n}\n" + "x" * rng.randrange(200) + "\n")
    write(f"{root}/.hgignore", "\n".join(IGNORE) + "\n")
    for n in range(int(20_000 * scale)):
        folder = f"{root}/build/obj{n % 200}"
        os.makedirs(folder, exist_ok=True)
        write(f"{folder}/unit{n}.o", "object\n")


def edit_source(root, hg, env):
    """Changes 100 tracked files: half of them grow, half keep their size."""
    names = subprocess.run([hg, "files", "-0"], cwd=root, env=env, check=True, stdout=subprocess.PIPE).stdout
    names = [name for name in names.split(b"\0") if name and name != b".hgignore"]
    for index, name in enumerate(names[:: max(1, len(names) // 100)][:100]):
        path = os.path.join(root.encode(), name)
        with open(path, "rb") as f:
            text = f.read()
        with open(path, "wb") as f:
            f.write(text.replace(b"x", b"y", 1) if index % 2 and b"x" in text else text + b"one more line\n")


def run(hg, root, *args, env=None):
    subprocess.run([hg, *args], cwd=root, check=True, stdout=subprocess.DEVNULL, env=env)


def environment():
    env = {k: v for k, v in os.environ.items() if not k.startswith("HG")}
    return env | {"HGRCPATH": "", "HGUSER": "bench", "LC_ALL": "C.UTF-8"}


def make_v1(root, hg, fill, scale):
    env = environment()
    os.makedirs(root)
    run(hg, root, "init", "--config", "format.use-dirstate-v2=no", env=env)
    fill(root, scale)
    run(hg, root, "commit", "-q", "-A", "-m", "everything", "-d", "0 0", env=env)
    if fill is make_flat:
        change_flat(root, scale)
        run(hg, root, "commit", "-q", "-m", "every tenth file", "-d", "1 0", env=env)
    else:
        edit_source(root, hg, env)
    # A time that can be recorded is at least a second old.
    time.sleep(1.5)
    run(hg, root, "status", env=env)


def make_v2(root, source, hg):
    """The same tree: files copied with their times, history linked, dirstate converted."""
    env = environment()
    subprocess.run(["cp", "-a", "--reflink=auto", source, root], check=True)
    slow = ["--config", "storage.dirstate-v2.slow-path=allow"]
    run(hg, root, "debugupgraderepo", "--run", "-q", "--config", "format.use-dirstate-v2=yes", *slow, env=env)
    shutil.rmtree(f"{root}/.hg/store", ignore_errors=True)
    subprocess.run(["cp", "-al", f"{source}/.hg/store", f"{root}/.hg/store"], check=True)
    for backup in os.listdir(f"{root}/.hg"):
        if backup.startswith("upgradebackup"):
            shutil.rmtree(f"{root}/.hg/{backup}", ignore_errors=True)
    time.sleep(1.5)
    run(hg, root, "status", *slow, env=env)


def make_history(root, hg, scale):
    """Lines of development that leave the main one and come back, a few of them as named branches."""
    rng = random.Random(20200203)
    dag = ["+200"]
    for n in range(int(260 * scale)):
        back, side = rng.randrange(5, 30), rng.randrange(10, 30)
        dag.append(f"+{rng.randrange(40, 80)} <{back}+{side}")
        dag.append(f"@branch{n // 5} +5 @default" if n % 5 == 0 else f"/{rng.randrange(side + 2, side + 8)}")
    os.makedirs(root)
    run(hg, root, "init", env=environment())
    run(hg, root, "debugbuilddag", "-q", "-o", " ".join(dag), env=environment())
    for command in ("tags", "branches", "heads"):
        run(hg, root, command, env=environment())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser.add_argument("--into", default=os.environ.get("AMALGAM_BENCH_REPOS") or f"{cache}/amalgam/bench")
    parser.add_argument("--hg", default=os.environ.get("AMALGAM_LEGACY_HG") or "hg")
    parser.add_argument("--hg-rust", default=os.environ.get("AMALGAM_HG_RUST"))
    parser.add_argument("--only", nargs="*", metavar="NAME", help="flat-v1 flat-v2 source-v1 source-v2 history")
    parser.add_argument("--scale", type=float, default=1.0, help="smaller trees, for trying the script out")
    args = parser.parse_args()
    if not shutil.which(args.hg):
        sys.exit(f"make-repos: no Mercurial at '{args.hg}'; name one with --hg or AMALGAM_LEGACY_HG")
    os.makedirs(args.into, exist_ok=True)
    for name, fill in (("flat", make_flat), ("source", make_source)):
        for version in ("v1", "v2"):
            repo, root = f"{name}-{version}", f"{args.into}/{name}-{version}"
            if (args.only and repo not in args.only) or os.path.exists(f"{root}/.hg"):
                continue
            started = time.time()
            half = f"{root}.unfinished"
            shutil.rmtree(half, ignore_errors=True)
            if version == "v1":
                make_v1(half, args.hg, fill, args.scale)
            else:
                make_v2(half, f"{args.into}/{name}-v1", args.hg_rust or args.hg)
            os.rename(half, root)
            say(f"{repo}: {time.time() - started:.0f} s, {root}")
    root = f"{args.into}/history"
    if not (args.only and "history" not in args.only) and not os.path.exists(f"{root}/.hg"):
        started = time.time()
        half = f"{root}.unfinished"
        shutil.rmtree(half, ignore_errors=True)
        make_history(half, args.hg, args.scale)
        os.rename(half, root)
        say(f"history: {time.time() - started:.0f} s, {root}")


if __name__ == "__main__":
    main()
