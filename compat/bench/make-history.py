#!/usr/bin/env python3
"""Builds a long history in seconds: changesets without files, for measuring walks and revset queries.

    make-history.py FOLDER [--hg HG] [--changesets 100000]

FOLDER becomes a repository. The changelog is written directly, as a revlog of version 1 (`hg help
internals.revlogs`), because committing that often would take hours. About one changeset in fifty is a merge of two
lines of development; there are 40 users, ten branches, and a commit every ten minutes. Everything comes from a fixed
seed. `hg verify` accepts the result.
"""

import argparse
import hashlib
import random
import struct
import subprocess

NULL = bytes(20)


def text(number, rng):
    user = f"User {rng.randrange(40)} <user{rng.randrange(40)}@example.org>"
    branch = rng.randrange(60)
    extra = f" branch:line{branch}" if branch < 9 else ""
    words = " ".join(rng.choice(("fix", "add", "remove", "speed", "test", "parser", "index", "cache")) for _ in range(6))
    date = 1_200_000_000 + 600 * number
    return f"{'0' * 40}\n{user}\n{date} 0{extra}\n\n{words}\n\nChange number {number}.".encode()


def parents(number, heads, rng):
    """Goes on from one of a few lines of development; some lines end in a merge and others begin."""
    if number == 0:
        return [-1, -1]
    line = rng.randrange(len(heads))
    first = heads[line]
    second = -1
    if len(heads) > 1 and rng.random() < 0.02:
        other = rng.randrange(len(heads) - 1)
        other += other >= line
        second = heads[other]
        del heads[max(line, other)]
        heads[min(line, other)] = number
        return [first, second]
    if len(heads) < 8 and rng.random() < 0.02:
        heads.append(number)
    else:
        heads[line] = number
    return [first, second]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--hg", default="hg")
    parser.add_argument("--changesets", type=int, default=100_000)
    args = parser.parse_args()
    subprocess.run([args.hg, "init", args.folder], check=True)
    rng = random.Random(20200202)
    nodes, heads, offset = [], [0], 0
    store = f"{args.folder}/.hg/store"
    with open(f"{store}/00changelog.i", "wb") as index, open(f"{store}/00changelog.d", "wb") as data:
        for number in range(args.changesets):
            p1, p2 = parents(number, heads, rng)
            body = text(number, rng)
            ids = sorted(nodes[p] if p >= 0 else NULL for p in (p1, p2))
            node = hashlib.sha1(ids[0] + ids[1] + body).digest()
            nodes.append(node)
            chunk = b"u" + body
            # The first entry holds the header: version 1, deltas against any revision.
            start = (0x0002_0001 << 32) if number == 0 else offset << 16
            index.write(struct.pack(">Qiiiiii20s12x", start, len(chunk), len(body), number, number, p1, p2, node))
            data.write(chunk)
            offset += len(chunk)


if __name__ == "__main__":
    main()
