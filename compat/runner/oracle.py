"""Asks running command servers of the reference, one request per line of standard input.

Node cannot pass file descriptors over a socket, which is how this protocol hands over the standard streams, so
this small client does. A request is {"address", "args", "cwd", "env"} with base64 text; the reply holds "code",
"stdout" and "stderr", or "unusable" when the server does not want to answer this one as a fresh process would.
"""
import base64
import json
import os
import sys

from commandserver import Connection, Unusable

# Seconds after which a command counts as one that a fresh process has to be asked about.
LIMIT = 30


def answer(request):
    args = [base64.b64decode(text) for text in request["args"]]
    env = [base64.b64decode(text) for text in request["env"]]
    # Files in memory: the server's process keeps its ends open, so a pipe would never end.
    streams = [os.memfd_create("stdout"), os.memfd_create("stderr")]
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        # One command for each process: `--config ui.tweakdefaults=yes`, for one, would outlive its command.
        connection = Connection(request["address"])
        connection.socket.settimeout(LIMIT)
        try:
            connection.attach([null] + streams)
            connection.prepare(base64.b64decode(request["cwd"]), request["umask"], env, args)
            code = connection.run(args)
        except TimeoutError:
            connection.kill()
            raise
        finally:
            connection.socket.close()
        return {"code": code, "stdout": content(streams[0]), "stderr": content(streams[1])}
    finally:
        for descriptor in [null] + streams:
            os.close(descriptor)


def content(descriptor):
    return base64.b64encode(os.pread(descriptor, os.fstat(descriptor).st_size, 0)).decode()


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except (Unusable, OSError) as error:
        reply = {"unusable": str(error)}
    print(json.dumps(reply), flush=True)
