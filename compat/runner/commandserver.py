"""The client's side of the reference's command server, as much of it as the parity suite needs.

Protocol: see contrib/chg/README of the reference: messages are channel (1 byte), length (u32, big-endian), data;
requests are a name, a newline, a length and the data.
"""
import array
import os
import signal
import socket
import struct


class Unusable(Exception):
    """The server asked for something that only an interactive client can do."""


class Connection:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address)
        self.greeting = self.receive()[1]

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

    def prepare(self, cwd, umask, env, args):
        """Tells the server where it is; raises when it does not want to answer as a fresh process would."""
        self.send(b"chdir", cwd)
        self.send(b"setumask2", struct.pack(">I", umask))
        self.send(b"setenv", b"\0".join(env))
        self.send(b"validate", b"\0".join(args))
        reply = self.result()
        if reply not in (b"\0", b""):
            raise Unusable("the server does not fit: " + reply.decode("latin1"))

    def kill(self):
        """Ends the process that serves this connection."""
        for line in self.greeting.splitlines():
            if line.startswith(b"pid: "):
                os.kill(int(line[5:]), signal.SIGKILL)

    def run(self, args):
        """Runs a command and returns its exit code."""
        self.send(b"runcommand", b"\0".join(args))
        (code,) = struct.unpack(">i", self.result())
        return code & 255
