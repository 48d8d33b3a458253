"""Asks a running command server of the reference, one request per line of standard input.

usage: oracle.py SOCKET

Node cannot pass file descriptors over a socket, which is how this protocol hands over the standard streams, so
this small client does. A request is {"args", "cwd", "env"} with base64 text; the reply holds "code", "stdout" and
"stderr", or "unusable" when the server does not want to answer this one the way a fresh process would.
Protocol: `hg help internals.wireprotocol` does not cover it; see contrib/chg/README of the reference: messages are
channel (1 byte), length (u32, big-endian), data; requests are a name, a newline, a length and the data.
"""
import array
import base64
import json
import os
import socket
import struct
import sys
import threading


class Unusable(Exception):
    """The server asked for something that only an interactive client can do."""


class Connection:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address)
        self.receive()  # greeting

    def receive(self):
        channel, length = struct.unpack(">cI", self.exactly(5))
        if channel in b"IL":
            return channel, length
        return channel, self.exactly(length)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise Unusable("the server hung up")
            data += piece
        return data

    def send(self, name, data=None):
        payload = b"" if data is None else struct.pack(">I", len(data)) + data
        self.socket.sendall(name + b"\n" + payload)

    def result(self):
        while True:
            channel, data = self.receive()
            if channel == b"r":
                return data
            if channel in b"SIL":
                raise Unusable("the server asked for " + channel.decode())

    def attach(self, descriptors):
        self.send(b"attachio")
        channel, _ = self.receive()
        if channel != b"I":
            raise Unusable("attachio was refused")
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self.socket.sendmsg([b"\0"], rights)
        self.result()


def answer(address, request):
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

    connection = Connection(address)
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
            connection.send(b"chdir", base64.b64decode(request["cwd"]))
            connection.send(b"setumask2", struct.pack(">I", request["umask"]))
            connection.send(b"setenv", b"\0".join(env))
            connection.send(b"validate", b"\0".join(args))
            reply = connection.result()
            if reply not in (b"\0", b""):
                raise Unusable("the server does not fit: " + reply.decode("latin1"))
            connection.send(b"runcommand", b"\0".join(args))
            (code,) = struct.unpack(">i", connection.result())
        finally:
            connection.socket.close()
            for reader in readers:
                reader.join()
    finally:
        if not attached:
            connection.socket.close()
        for read, _ in pipes:
            os.close(read)
    return {"code": code & 255, "stdout": encode(chunks[0]), "stderr": encode(chunks[1])}


def encode(chunks):
    return base64.b64encode(b"".join(chunks)).decode()


for line in sys.stdin:
    try:
        reply = answer(sys.argv[1], json.loads(line))
    except (Unusable, OSError) as error:
        reply = {"unusable": str(error)}
    print(json.dumps(reply), flush=True)
