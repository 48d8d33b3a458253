"""Asks running command servers of the reference, one request per line of standard input.

Node cannot pass file descriptors over a socket, which is how this protocol hands over the standard streams, so
this small client does. A request is {"address", "args", "cwd", "env"} with base64 text; the reply holds "code",
"stdout" and "stderr", or "unusable" when the server does not want to answer this one as a fresh process would.
"""
import base64
import json
import os
import sys
import threading

from commandserver import Connection, Unusable

# Seconds after which a command counts as one that a fresh process has to be asked about.
LIMIT = 30


def answer(request):
    args = [base64.b64decode(text) for text in request["args"]]
    env = [base64.b64decode(text) for text in request["env"]]
    pipes = [os.pipe(), os.pipe()]
    null = os.open(os.devnull, os.O_RDONLY)
    chunks = [[], []]

    def drain(index):
        while True:
            piece = os.read(pipes[index][0], 65536)
            if not piece:
                return
            chunks[index].append(piece)

    connection = Connection(request["address"])
    attached = False
    try:
        try:
            connection.attach([null, pipes[0][1], pipes[1][1]])
            attached = True
        finally:
            os.close(null)
            for _, write in pipes:
                os.close(write)
        readers = [threading.Thread(target=drain, args=(index,)) for index in (0, 1)]
        for reader in readers:
            reader.start()
        try:
            connection.prepare(base64.b64decode(request["cwd"]), request["umask"], env, args)
            connection.socket.settimeout(LIMIT)
            code = connection.run(args)
        except TimeoutError:
            connection.kill()
            raise
        finally:
            connection.socket.close()
            for reader in readers:
                reader.join()
    finally:
        if not attached:
            connection.socket.close()
        for read, _ in pipes:
            os.close(read)
    return {"code": code, "stdout": encode(chunks[0]), "stderr": encode(chunks[1])}


def encode(chunks):
    return base64.b64encode(b"".join(chunks)).decode()


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except (Unusable, OSError) as error:
        reply = {"unusable": str(error)}
    print(json.dumps(reply), flush=True)
