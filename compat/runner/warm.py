#!/usr/bin/env -S python3 -S -E -B
"""Stands in for the reference in scripts that build repositories: asks its command server, which is several times as
fast as starting it, and becomes the reference itself where the server does not want to answer.

WARM_HG is the reference, WARM_ADDRESS the server's socket.
"""
import os
import sys

from commandserver import Connection, Unusable

program = os.environb[b"WARM_HG"]
args = [os.fsencode(argument) for argument in sys.argv[1:]]
ours = (b"WARM_HG", b"WARM_ADDRESS")
env = {name: value for name, value in os.environb.items() if name not in ours}
mask = os.umask(0)
os.umask(mask)
try:
    connection = Connection(os.environ["WARM_ADDRESS"])
    connection.attach([0, 1, 2])
    connection.prepare(os.getcwdb(), mask, [name + b"=" + value for name, value in env.items()], args)
except (Unusable, OSError):
    os.execve(program, [program] + args, env)
sys.exit(connection.run(args))
