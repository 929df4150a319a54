"""smtpsink.py: an SMTP server that keeps every message and can misbehave, one thread a connection.

A plan says what happens to the next transactions of one recipient, first entry first; without one all is accepted:
  "accept"                     the message is kept and answered
  ("reply", phase, text)       phase is rcpt, data or dot; text such as "451 4.3.0 busy"
  "drop-after-dot"             the message is kept, the connection closed without an answer
  "stall-after-dot"            the message is kept, the answer comes when release() is called
  "stall-before-354"           DATA is answered when release() is called
"""

import email
import email.policy
import hashlib
import socket
import threading
from dataclasses import dataclass, field

DOT = b"\r\n.\r\n"


@dataclass
class Received:
    """One message that came to its final dot."""

    recipient: str
    sender: str
    raw: bytes
    replied: bool = False
    message: object = field(init=False)

    def __post_init__(self):
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def message_id(self):
        return self.message["Message-ID"]

    def attachment(self):
        """File name and bytes of the first attachment; None without one."""
        for part in self.message.iter_attachments():
            if part.get_content_disposition() == "attachment":
                return part.get_filename(), part.get_payload(decode=True)
        return None

    @property
    def attachment_sha256(self):
        found = self.attachment()
        return hashlib.sha256(found[1]).hexdigest() if found else None

    def body(self, kind):
        """The text of the plain or html part."""
        return text_of(self.message, kind)


def text_of(message, kind):
    """The text of a message's plain or html part, with \\n at the end of lines."""
    return message.get_body(preferencelist=(kind,)).get_content().replace("\r\n", "\n")


class SmtpSink:
    def __init__(self):
        self._lock = threading.Lock()
        self._received = []
        self._cut = []  # recipients of transactions that ended after DATA without a dot
        self._plans = {}
        self._latch = threading.Event()
        self._closing = False
        self._connections = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, name="sink", daemon=True)
        self._thread.start()

    def plan(self, recipient, *steps):
        with self._lock:
            self._plans[recipient.lower()] = list(steps)

    def release(self):
        self._latch.set()

    def received(self, recipient=None):
        with self._lock:
            return [m for m in self._received if recipient in (None, m.recipient)]

    def cut(self, recipient):
        """How many transactions of this recipient ended between DATA and the dot."""
        with self._lock:
            return self._cut.count(recipient)

    def close(self):
        self._closing = True
        self._latch.set()
        self._socket.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while not self._closing:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            _Session(self, connection).run()
        except (OSError, ConnectionError):
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _step(self, recipient):
        with self._lock:
            plan = self._plans.get(recipient.lower())
            return plan.pop(0) if plan else "accept"

    def _keep(self, received):
        with self._lock:
            self._received.append(received)

    def _note_cut(self, recipient):
        with self._lock:
            self._cut.append(recipient)


class _Session:
    def __init__(self, sink, connection):
        self.sink = sink
        self.connection = connection
        self.buffer = b""
        self.sender = self.recipient = self.step = None

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def more(self):
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionError
        self.buffer += data

    def line(self):
        while b"\r\n" not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "replace")

    def body(self):
        self.buffer = b"\r\n" + self.buffer  # so that an empty message ends in the same way
        try:
            while DOT not in self.buffer:
                self.more()
        except (OSError, ConnectionError):
            self.sink._note_cut(self.recipient)
            raise
        body, self.buffer = self.buffer.split(DOT, 1)
        return body[2:].replace(b"\r\n..", b"\r\n.") + b"\r\n"

    def planned(self, phase, fallback):
        """Says what the plan has for this phase, else the fallback; returns whether it was the latter."""
        if isinstance(self.step, tuple) and self.step[1] == phase:
            self.say(self.step[2])
            return False
        self.say(fallback)
        return True

    def run(self):
        self.say("220 sink ESMTP")
        while True:
            line = self.line()
            word = line[:4].upper()
            if word == "EHLO":
                self.say("250-sink\r\n250 8BITMIME")
            elif word == "MAIL":
                self.sender, self.recipient, self.step = _address(line), None, None
                self.say("250 ok")
            elif word == "RCPT":
                self.recipient = _address(line)
                self.step = self.sink._step(self.recipient)
                self.planned("rcpt", "250 ok")
            elif word == "DATA":
                self.data()
            elif word == "QUIT":
                self.say("221 bye")
                return
            elif word in ("HELO", "RSET", "NOOP"):
                self.say("250 ok")
            else:
                self.say("502 unknown")

    def data(self):
        if self.step == "stall-before-354":
            self.sink._latch.wait()
        if not self.planned("data", "354 go on"):
            return
        received = Received(self.recipient, self.sender, self.body())
        if isinstance(self.step, tuple):
            self.say(self.step[2])
            return
        self.sink._keep(received)
        if self.step == "drop-after-dot":
            raise ConnectionError
        if self.step == "stall-after-dot":
            self.sink._latch.wait()
        self.say("250 2.0.0 kept")
        received.replied = True


def _address(line):
    return line.partition("<")[2].partition(">")[0]
