"""receiver.py: a receiver of webhooks that keeps every request, checks its signature and can misbehave.

A plan says what happens to the next requests of a path, first entry first; without one all is answered with 204:
  a number                     that status
  (status, headers, body)
  "hang"                       no answer until release() is called
  "drip"                       the head of an answer, and no end of its body until release() is called
  "reset"                      the connection is broken off once the request is there
"""

import json
import socket
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Post:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.body = body
        self.id = headers["webhook-id"]
        self.event = json.loads(body)
        self.type = self.event["type"]
        self.data = self.event["data"]

    def signed_by(self, secret):
        """Whether one of its signatures is by that secret, as the library of Standard Webhooks has it."""
        try:
            Webhook(secret).verify(self.body, dict(self.headers))
        except WebhookVerificationError:
            return False
        return True


class Receiver:
    def __init__(self, certificate=None):
        """certificate: (certificate file, key file), for TLS."""
        self._lock = threading.Lock()
        self._posts = []
        self._plans = {}
        self._latch = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver._serve(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        self._server.handle_error = lambda *_: None
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def plan(self, path, *steps):
        with self._lock:
            self._plans[path] = list(steps)

    def release(self):
        self._latch.set()

    def posts(self, path=None, kind=None):
        with self._lock:
            return [p for p in self._posts if path in (None, p.path) and kind in (None, p.type)]

    def close(self):
        self._latch.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            self._posts.append(Post(handler.path, handler.headers, body))
            plan = self._plans.get(handler.path)
            step = plan.pop(0) if plan else 204
        if step == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
            return
        if step == "hang":
            self._latch.wait(60)
            step = 204
        if step == "drip":
            handler.send_response(200)
            handler.send_header("Content-Length", "10")
            handler.end_headers()
            handler.wfile.write(b"slow")
            handler.wfile.flush()
            self._latch.wait(60)
            handler.close_connection = True
            return
        status, headers, text = step if isinstance(step, tuple) else (step, {}, b"")
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)
