"""An HTTP client with a cookie jar or a bearer token, that holds every reply of the API against openapi.json."""
import base64
import gzip
import hashlib
import http.client
import json
import re
import socket
import urllib.parse
import uuid

import jsonschema


def strict(schema):
    """The same schema, with nothing allowed that it does not name."""
    if isinstance(schema, dict):
        out = {k: strict(v) for k, v in schema.items()}
        if out.get("type") == "object" and "properties" in out:
            out["additionalProperties"] = False
        return out
    return [strict(v) for v in schema] if isinstance(schema, list) else schema


class Contract:
    """openapi.json as a judge of replies; keeps what it has seen."""

    def __init__(self, document):
        self.document = document
        self.components = strict(document["components"])
        self.seen = set()
        self.templates = [(re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path) for path in document["paths"]]

    def template(self, path):
        return next((t for pattern, t in self.templates if pattern.match(path)), None)

    def check(self, method, path, status, content_type, body):
        template = self.template(path)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            assert status in (404, 405), f"{method} {path} is not in openapi.json, and answers {status}"
            assert content_type == "application/problem+json", content_type
            self._hold({"$ref": "#/components/schemas/Problem"}, body)
            return
        self.seen.add((method, template, status))
        said = operation["responses"].get(str(status), operation["responses"]["default"])["content"]
        kind = content_type.split(";")[0]
        assert kind in said, f"{method} {path} {status}: {kind} is not among {list(said)}"
        if kind == "text/event-stream":
            return
        value = json.loads(body)
        schema = said[kind].get("schema")
        if schema:
            self._hold(schema, body)
        if kind == "application/problem+json":
            assert value["status"] == status and value["code"], value

    def _hold(self, schema, body):
        jsonschema.Draft202012Validator({**schema, "components": self.components}).validate(json.loads(body))


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")

    def __repr__(self):
        return f"{self.status} {self.text[:600]}"


class Client:
    contract = None  # set once a session

    def __init__(self, port, token=None, timeout=120, source=None):
        self.port, self.token, self.timeout, self.source = port, token, timeout, source
        self.cookie = None
        self.set_cookie = ""
        self.connection = None

    def csrf(self):
        """As the program makes it: a keyed hash of the cookie, so that a form of another session does not fit."""
        digest = hashlib.blake2b((self.cookie or "").encode(), digest_size=32, key=b"waymark forms v1").digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(self, method, path, body=None, form=None, headers=None, csrf=True, content_type=None, zipped=False, **query):
        head = {"Host": f"127.0.0.1:{self.port}"}
        if query:
            path += "?" + urllib.parse.urlencode(query)
        if self.token:
            head["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            head["Cookie"] = f"waymark={self.cookie}"
            if method == "POST" and csrf:
                head["X-CSRF-Token"] = self.csrf()
        if form is not None:
            body = urllib.parse.urlencode(form, doseq=True).encode()
            head["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            head["Content-Type"] = "application/json"
        if content_type:
            head["Content-Type"] = content_type
        if zipped:
            head["Accept-Encoding"] = "gzip"
        head |= headers or {}
        for turn in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout, source_address=(self.source, 0) if self.source else None)
            try:
                self.connection.request(method, path, body=body, headers=head)
                r = self.connection.getresponse()
                reply = Reply(r.status, r.headers, r.read())
                break
            except (http.client.HTTPException, OSError):
                self.close()
                # A kept connection may have been closed by the other side meanwhile; reading again is harmless.
                if fresh or turn == 2 or method != "GET":
                    raise
        if reply.headers.get("Connection", "").lower() == "close":
            self.close()
        if reply.headers.get("Content-Encoding") == "gzip":
            reply.body = gzip.decompress(reply.body)
        for line in reply.headers.get_all("Set-Cookie") or []:
            m = re.match(r"waymark=([^;]*)", line)
            if m:
                self.set_cookie = line
                self.cookie = m[1] or None
        if path.startswith("/api/") and self.contract:
            self.contract.check(method, path.split("?")[0], reply.status, reply.headers.get("Content-Type", ""), reply.body)
        return reply

    def get(self, path, **query):
        return self.request("GET", path, **query)

    def post(self, path, body=None, form=None, **options):
        return self.request("POST", path, body=body, form=form, **options)

    def sign_in(self, username, password):
        return self.post("/sign-in", form={"username": username, "password": password})

    # The answer flow.
    def next(self, **query):
        r = self.get("/api/v1/me/next", **query)
        assert r.status == 200, r
        return r.json

    def answer(self, item, response, client_id=None, **more):
        body = {"client_id": client_id or str(uuid.uuid4()), "item_id": item["item_id"], "variant": item["variant"], "response": response,
                "answered_at_ms": 1764000000000, "took_ms": 4200, "hints": 0} | more
        return self.post("/api/v1/me/answers", body)


class Stream:
    """A text/event-stream, read line by line."""

    def __init__(self, port, path, token=None, last=None, cookie=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\n" + (f"Authorization: Bearer {token}\r\n" if token else f"Cookie: {cookie}\r\n") + (f"Last-Event-ID: {last}\r\n" if last is not None else "") + "\r\n"
        self.socket.sendall(head.encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            k, v = line.decode().split(":", 1)
            self.headers[k.lower()] = v.strip()

    def joined(self):
        """What happens after the greeting is told."""
        while not self.file.readline().startswith(b": here"):
            pass

    def ended(self, within=20):
        """Reads to the last chunk, which an event stream has only when the server ends it."""
        self.socket.settimeout(within)
        while (line := self.file.readline()) and line != b"0\r\n":
            pass

    def event(self, wanted=None):
        got = {}
        while True:
            line = self.file.readline()
            assert line, "the stream ended"
            line = line.decode().strip()
            if not line or re.fullmatch("[0-9a-fA-F]+", line):  # a chunk's head is no field
                if got.get("event") and wanted in (None, got["event"]):
                    return got
                if not line:
                    got = {}
                continue
            if not line.startswith(":") and ":" in line:
                k, v = line.split(":", 1)
                got[k] = v.strip()

    def close(self):
        self.file.close()
        self.socket.close()
