"""smtpsink.py: an SMTP server that keeps every message and can misbehave at every step.

A plan says what happens to the next transactions of one recipient, first entry first; without one all is accepted:
  "accept"                     the message is kept and answered
  ("reply", phase, text)       phase is rcpt, data or dot; text such as "451 4.3.0 busy"
  "drop-after-dot"             the message is kept, the connection closed without an answer
  "stall-after-dot"            the message is kept, the answer comes when release() is called
  "stall-before-354"           DATA is answered when release() is called

A script says what happens the next times that a phase (PHASES) is reached, on whatever connection:
  ("reply", text)              says this instead: the step is refused (dot: the message is not kept)
  ("answer", text)             says this instead, the step is done as ever
  ("close", text)              says this and closes
  "drop", "reset"              closes; by a TCP reset (dot: the message is kept)
  "stall"                      says nothing until the client goes (dot: the message is kept)
  "vanish"                     ehlo: all but STARTTLS is offered; starttls: the leave to begin, with plain text behind it

Texts have \\n between lines. All of it runs in one thread, on asyncio; everything public is for any thread.
"""

import asyncio
import base64
import email
import email.policy
import hashlib
import socket
import struct
import threading
from dataclasses import dataclass, field

DOT = b"\r\n.\r\n"
PHASES = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot")
OFFERS = ("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8")


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
    def __init__(self, offers=OFFERS, contexts=None, login=None):
        """contexts: {name: SSLContext}: STARTTLS is offered, and mail taken only over TLS. login: (user, password), needed."""
        self.offers = list(offers)
        self.contexts, self.certificate = contexts or {}, next(iter(contexts or {}), None)  # certificate: the one shown
        self.login = login
        self.log = []  # (over TLS, command) of all connections
        self.opened = 0  # connections
        self.everything = []  # that was ever kept
        self._lock = threading.Lock()
        self._received = []
        self._cut = []  # recipients of transactions that ended after DATA without a dot
        self._plans, self._scripts = {}, {phase: [] for phase in PHASES}
        self._tasks = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._latch = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="sink", daemon=True)
        self._thread.start()

    def plan(self, recipient, *steps):
        with self._lock:
            self._plans[recipient.lower()] = list(steps)

    def script(self, phase, *steps):
        with self._lock:
            self._scripts[phase] = list(steps)

    def unscripted(self):
        """Nothing is left of any script."""
        with self._lock:
            return not any(self._scripts.values())

    def release(self):
        self._loop.call_soon_threadsafe(self._latch.set)

    def received(self, recipient=None):
        with self._lock:
            return [m for m in self._received if recipient in (None, m.recipient)]

    def forget(self, recipient):
        """Its messages are in `everything` only."""
        with self._lock:
            self._received = [m for m in self._received if m.recipient != recipient]

    def cut(self, recipient):
        """How many transactions of this recipient ended between DATA and the dot."""
        with self._lock:
            return self._cut.count(recipient)

    def disconnect(self):
        """Ends every connection; the server goes on."""
        asyncio.run_coroutine_threadsafe(self._end_connections(), self._loop).result(10)

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._socket.close()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._socket, limit=1 << 20))
        self._loop.run_forever()
        self._loop.run_until_complete(self._end_connections())
        self._loop.close()

    async def _end_connections(self):
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        self.opened += 1
        try:
            await _Session(self, reader, writer).run()
        except (OSError, ConnectionError, EOFError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    def _step(self, recipient):
        with self._lock:
            plan = self._plans.get(recipient.lower())
            return plan.pop(0) if plan else "accept"

    def _scripted(self, phase):
        with self._lock:
            return self._scripts[phase].pop(0) if self._scripts[phase] else None

    def _keep(self, received):
        with self._lock:
            self._received.append(received)
            self.everything.append(received)

    def _note_cut(self, recipient):
        with self._lock:
            self._cut.append(recipient)


class _Session:
    def __init__(self, sink, reader, writer):
        self.sink, self.reader, self.writer = sink, reader, writer
        self.buffer = b""
        self.tls = self.logged_in = False
        self.sender = self.recipient = self.step = None

    async def say(self, text):
        self.writer.write(text.encode().replace(b"\n", b"\r\n") + b"\r\n")
        await self.writer.drain()

    async def more(self):
        data = await self.reader.read(65536)
        if not data:
            raise EOFError
        self.buffer += data

    async def line(self):
        while b"\r\n" not in self.buffer:
            await self.more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "replace")

    async def body(self):
        data = bytearray(b"\r\n" + self.buffer)  # so that an empty message ends in the same way
        seen, self.buffer = 0, b""
        try:
            if (fault := self.sink._scripted("body")) is not None:
                await self.misbehave(fault)
            while (end := data.find(DOT, seen)) < 0:
                seen = max(len(data) - len(DOT), 0)
                await self.more()
                data += self.buffer
                self.buffer = b""
        except (OSError, EOFError):
            self.sink._note_cut(self.recipient)
            raise
        self.buffer = bytes(data[end + len(DOT):])
        return bytes(data[2:end]).replace(b"\r\n..", b"\r\n.") + b"\r\n" if end >= 2 else b""

    async def misbehave(self, fault):
        """True: the step goes on, its answer was said. False: it was refused."""
        kind, text = fault if isinstance(fault, tuple) else (fault, None)
        if kind == "stall":
            while await self.reader.read(65536):
                pass
            raise EOFError
        if kind == "reset":
            raw = self.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        if kind in ("drop", "reset"):
            raise EOFError
        await self.say(text)
        if kind == "close":
            raise EOFError
        return kind == "answer"

    async def scripted(self, phase, usual):
        """Says what the script has for this phase, else the usual; whether the step goes on."""
        fault = self.sink._scripted(phase)
        if fault is not None:
            return await self.misbehave(fault)
        await self.say(usual)
        return True

    async def planned(self, phase, usual):
        """The same with the recipient's plan."""
        if isinstance(self.step, tuple) and self.step[1] == phase:
            await self.say(self.step[2])
            return False
        return await self.scripted(phase, usual)

    async def run(self):
        await self.scripted("greeting", "220 sink ESMTP")
        while True:
            line = await self.line()
            self.sink.log.append((self.tls, line))
            word = line[:4].upper()
            if word == "EHLO":
                await self.ehlo()
            elif word == "STAR":
                await self.starttls()
            elif word == "AUTH":
                await self.auth(line)
            elif word == "MAIL":
                await self.mail(line)
            elif word == "RCPT":
                await self.rcpt(line)
            elif word == "DATA":
                await self.data()
            elif word == "QUIT":
                await self.say("221 bye")
                return
            elif word in ("HELO", "RSET", "NOOP"):
                self.recipient = None
                await self.say("250 ok")
            else:
                await self.say("502 unknown")

    async def ehlo(self):
        fault = self.sink._scripted("ehlo")
        offers = list(self.sink.offers)
        if self.sink.contexts and not self.tls and fault != "vanish":
            offers.append("STARTTLS")
        elif self.sink.login:
            offers.append("AUTH PLAIN")
        if fault not in (None, "vanish"):
            await self.misbehave(fault)
        else:
            await self.say("\n".join(["250-sink", *(f"250-{offer}" for offer in offers), "250 HELP"]))

    async def starttls(self):
        fault = self.sink._scripted("starttls")
        if fault == "vanish":  # what a man in the middle would add: it must not be taken for an answer over TLS
            await self.say("220 go on\n250-sink\n250 AUTH PLAIN")
        elif fault is not None and not await self.misbehave(fault):
            return
        elif fault is None:
            await self.say("220 go on")
        self.buffer = b""
        await self.writer.start_tls(self.sink.contexts[self.sink.certificate])
        self.tls = True

    async def auth(self, line):
        given = line.split(" ")[2:]
        if not given:
            await self.say("334 ")
            given = [await self.line()]
        _, user, password = base64.b64decode(given[0]).decode().split("\0")
        if (user, password) != self.sink.login:
            await self.say("535 5.7.8 wrong")
            return
        self.logged_in = await self.scripted("auth", "235 2.7.0 welcome")

    async def mail(self, line):
        self.recipient, self.step = None, None
        self.sender = _address(line)
        if self.sink.login and not self.logged_in:
            await self.say("530 5.7.0 log in first")
        elif not await self.scripted("mail", "250 2.1.0 ok"):
            self.sender = None

    async def rcpt(self, line):
        recipient = _address(line)
        if self.sender is None:
            await self.say("503 5.5.1 no sender")
            return
        self.step = self.sink._step(recipient)
        if await self.planned("rcpt", "250 2.1.5 ok"):
            self.recipient = recipient

    async def data(self):
        if self.recipient is None:
            await self.say("503 5.5.1 no valid recipients")
            return
        if self.step == "stall-before-354":
            await self.sink._latch.wait()
        if not await self.planned("data", "354 go on"):
            return
        received = Received(self.recipient, self.sender, await self.body())
        self.recipient = None
        fault = self.sink._scripted("dot")
        if isinstance(self.step, tuple) and self.step[1] == "dot":
            fault = ("reply", self.step[2])
        text = fault[1] if isinstance(fault, tuple) else ""
        if text[:1] in ("4", "5"):
            await self.misbehave(fault)
            return
        self.sink._keep(received)
        if self.step == "drop-after-dot":
            raise EOFError
        if self.step == "stall-after-dot":
            await self.sink._latch.wait()
        if fault is None or text.startswith("250"):
            received.replied = True
        await (self.say("250 2.0.0 kept") if fault is None else self.misbehave(fault))


def _address(line):
    return line.partition("<")[2].partition(">")[0]
