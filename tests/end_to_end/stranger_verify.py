#!/usr/bin/env python3
"""A stranger's verifier: levels chain and erasure of whole bundles, from docs/verifiers-guide.md,
docs/event-format.md and docs/event-kinds.md alone. Standard library, and openssl for Ed25519.

    stranger_verify.py --kinds docs/event-kinds.md [--key VKEY] [--now MICROSECONDS] BUNDLE...

One line of JSON per bundle: {"holds": bool, "level": ..., "seq": ..., "what": ...}, the latter three
being the first finding. Exit code 0 when all hold, 1 when one does not, 2 for bad usage.
"""
import argparse
import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import tempfile
import time

BUCKET_US = 900_000_000
DUE_US = 2_592_000_000_000
GRACE_US = 3_600_000_000
DESTROY_US = 300_000_000
REVIEW_US = 90 * 86_400_000_000
TIME_MAX = 2**63 - 1
OPEN, PERMANENT, THIRTY_DAY = 0, 1, 2
LOG_STARTED, KEY_ROTATED, PURGED, DESTROYED, LIST_PURGED, HOLD, RELEASE = 1, 2, 3, 4, 5, 6, 7


class Malformed(Exception):
    """Bytes that are not of the documented form."""


class Broken(Exception):
    """The bundle cannot be read on from here."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def plus(moment, span):
    return min(moment + span, TIME_MAX)


# ---- Ed25519, through openssl ----

SIGNATURES = {}
SPKI = bytes.fromhex("302a300506032b6570032100")


def signed(public, message, signature):
    asked = (public, message, signature)
    if asked not in SIGNATURES:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (("key", SPKI + public), ("text", message), ("sig", signature)):
                with open(f"{folder}/{name}", "wb") as file:
                    file.write(content)
            ran = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                 f"{folder}/key", "-rawin", "-in", f"{folder}/text", "-sigfile", f"{folder}/sig"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            SIGNATURES[asked] = ran.returncode == 0
    return SIGNATURES[asked]


# ---- canonical JSON (event-format, section 3) ----

def string_out(text):
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(short.get(c, f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in text) + '"'


def canonical(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return string_out(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return "{" + ",".join(string_out(k) + ":" + canonical(v) for k, v in value.items()) + "}"


def depth(value):
    if isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, list):
        return 0
    return 1 + max(map(depth, value), default=0)


def read_canonical(raw, nesting=16):
    def refuse(_):
        raise ValueError("not in this format")

    def whole(text):
        number = int(text)
        if abs(number) > 2**53 - 1:
            raise ValueError("too large a number")
        return number

    def members(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a name twice")
        return dict(pairs)

    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_float=refuse, parse_constant=refuse, parse_int=whole,
                           object_pairs_hook=members)
        if None in _leaves(value) or canonical(value) != text or depth(value) > nesting:
            raise ValueError("not canonical")
    except (ValueError, RecursionError, UnicodeError) as error:
        raise Malformed(f"not canonical JSON: {error}") from error
    return value


def _leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


# ---- bytes ----

class Bytes:
    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, count):
        if self.at + count > len(self.raw):
            raise Malformed("cut off")
        self.at += count
        return self.raw[self.at - count:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def at_end(self):
        return self.at == len(self.raw)


class Header:
    def __init__(self, raw):
        if raw[:4] != b"PLE1":
            raise Malformed("another magic")
        self.kind = int.from_bytes(raw[4:6], "big")
        self.retention, self.form = raw[6], raw[7]
        self.seq = int.from_bytes(raw[8:16], "big")
        self.time = int.from_bytes(raw[16:24], "big")
        if self.retention > 2 or self.form > 1 or self.time > TIME_MAX or raw[24:32] != bytes(8):
            raise Malformed("a field out of range")
        self.previous, self.commitment = raw[32:64], raw[64:96]
        self.leaf = sha256(b"\0", raw)


def member_list(raw):
    """[(digest, name or None, value, open)], and what they commit to."""
    reader, members, names = Bytes(raw), [], set()
    count = reader.number(2)
    if count > 256:
        raise Malformed("too many members")
    for i in range(count):
        tag = reader.number(1)
        if tag == 0:
            members.append((reader.take(32), None, None, False))
            continue
        if tag > 2:
            raise Malformed("an unknown member state")
        name = reader.take(reader.number(2))
        value = reader.take(reader.number(4))
        salt = bytes(32) if tag == 1 else reader.take(32)
        if not name or b"\0" in name or name in names:
            raise Malformed("a bad or repeated name")
        try:
            name.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("a name that is not UTF-8") from error
        names.add(name)
        read_canonical(b"[" + value + b"]")
        if len(read_canonical(b"[" + value + b"]")) != 1:
            raise Malformed("not one value")
        digest = hmac.new(salt, i.to_bytes(2, "big") + name + b"\0" + value, "sha256").digest()
        members.append((digest, name.decode(), value, tag == 1))
    if not reader.at_end():
        raise Malformed("bytes after the last member")
    return members, sha256(b"\2", count.to_bytes(2, "big"), *(member[0] for member in members))


class Row:
    """A payload row; `cut` where its box was left out."""

    def __init__(self, raw):
        reader = Bytes(raw)
        self.seal = reader.number(1)
        if self.seal > 3:
            raise Malformed("an unknown seal")
        self.clear = reader.take(reader.number(4))
        self.box = raw[reader.at:]


def open_members(header, raw):
    if header.form != 1:
        raise Malformed("not committed to by member")
    members, commitment = member_list(Row(raw).clear)
    if commitment != header.commitment:
        raise Malformed("its commitment is another")
    return {name: json.loads(value) for _, name, value, is_open in members if is_open}


# ---- tree, keys and notes ----

class Tree:
    def __init__(self):
        self.size, self.roots = 0, []

    def append(self, leaf):
        bits = self.size
        while bits & 1:
            leaf = sha256(b"\1", self.roots.pop(), leaf)
            bits >>= 1
        self.roots.append(leaf)
        self.size += 1

    def root(self):
        if not self.roots:
            return sha256()
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = sha256(b"\1", left, root)
        return root


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def strict_base64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise Malformed("not canonical base64")
    return raw


def read_vkey(text, origin):
    name, _, rest = text.partition("+")
    key_id, _, key = rest.partition("+")
    raw = strict_base64(key)
    if name != origin or raw[:1] != b"\1" or len(raw) != 33:
        raise Malformed("not a key of this log")
    if sha256(name.encode(), b"\n", raw)[:4].hex() != key_id:
        raise Malformed("a key with another key ID")
    return key_id, raw[1:]


DECIMAL = re.compile(r"0|[1-9][0-9]*\Z")


def read_note(raw):
    """(text, [(name, key ID, signature)])"""
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("a note that is not UTF-8") from error
    if any(ord(c) < 0x20 and c != "\n" for c in whole) or "\n\n" not in whole or whole[-1] != "\n":
        raise Malformed("not a note")
    at = whole.rindex("\n\n")
    signatures = []
    for line in whole[at + 2:-1].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:
            raise Malformed("not a signature line")
        blob = strict_base64(parts[2])
        if len(blob) < 5:
            raise Malformed("a signature that is too short")
        signatures.append((parts[1], blob[:4].hex(), blob[4:]))
    return whole[:at + 1], signatures


def read_checkpoint(text):
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not DECIMAL.match(lines[1]) or "" in lines[3:-1]:
        raise Malformed("not a checkpoint")
    root = strict_base64(lines[2])
    if len(root) != 32:
        raise Malformed("a root that is none")
    return lines[0], int(lines[1]), root


class Level:
    def __init__(self):
        self.findings = []

    def add(self, seq, what):
        self.findings.append((seq, what))

    def first(self):
        return min(self.findings, key=lambda f: (f[0] is None, f[0] or 0))


# ---- the bundle ----

class Bundle:
    def __init__(self, raw):
        reader = Bytes(raw)
        if reader.take(4) != b"PLEB" or reader.number(2) != 1:
            raise Malformed("not a bundle of version 1")
        flags = reader.number(1)
        if flags > 1:
            raise Malformed("unknown flags")
        self.boxes = flags == 1
        self.origin = reader.take(reader.number(2)).decode("utf-8", "replace")
        if reader.number(8) != 0:
            raise Malformed("a partial bundle: this verifier takes whole ones")
        self.reader = reader

    def records(self):
        """(seq, header bytes, payload row) or (size, None, note); raises Broken."""
        expected, noted = 0, None
        try:
            while True:
                tag = self.reader.take(1)
                if tag == b"E":
                    header = self.reader.take(96)
                    payload = self.reader.take(self.reader.number(4))
                    seq = int.from_bytes(header[8:16], "big")
                    if seq < expected:
                        raise Malformed("an event that comes too late")
                    expected = seq + 1
                    yield seq, header, payload
                elif tag == b"C":
                    note = self.reader.take(self.reader.number(4))
                    if noted == expected:
                        raise Malformed("two checkpoints of one size")
                    noted = expected
                    yield expected, None, note
                elif tag == b"Z":
                    if self.reader.number(8) != expected or not self.reader.at_end():
                        raise Malformed("an end that is not one")
                    return
                else:
                    raise Malformed("an unknown record")
        except Malformed as error:
            raise Broken(str(error)) from error


class Event:
    def __init__(self, seq, header, payload):
        self.seq, self.header, self.payload = seq, header, payload


class Verifier:
    def __init__(self, raw, kinds, key, now):
        self.bundle = Bundle(raw)
        self.kinds, self.key, self.now = kinds, key, now
        self.chain, self.erasure = Level(), Level()
        self.events, self.tree = [], Tree()
        self.epochs = []  # [seq, time, (key ID, public key), vouched]
        self.simulated, self.time, self.latest = False, 0, 0
        self.tombstones, self.lists, self.holds = [], [], []

    # -- level chain --

    def walk(self):
        pending, newest, expected, notes = None, None, 0, []
        try:
            for at, header, content in self.bundle.records():
                if header is None:
                    notes.append((at, content))
                    continue
                for gap in range(expected, at):
                    if gap == expected:
                        self.chain.add(expected, "an event was dropped")
                    if at - expected > 65536:
                        return False
                    pending = self.settle(pending, None, notes)
                    pending = (gap, None)
                decoded = self.decode(at, header)
                pending = self.settle(pending, decoded and decoded.previous, notes)
                expected = at + 1
                pending = (at, decoded and decoded.leaf)
                self.events.append(Event(at, decoded, content))
                if decoded:
                    self.take(at, decoded, content)
        except Broken as broken:
            self.chain.add(expected, str(broken))
            return False
        self.settle(pending, None, notes)
        newest = self.newest
        if not self.tree.size:
            self.chain.add(None, "no events")
        if newest != self.tree.size:
            self.chain.add(newest, "the events from here on are not signed")
        for seq, _, _, vouched in self.epochs:
            if not vouched:
                self.chain.add(seq, "the key before it did not sign for this rotation")
        if self.key and self.key not in [epoch[2] for epoch in self.epochs]:
            self.chain.add(None, "the key that was given is not one of this log's")
        return True

    newest = None

    def decode(self, at, raw):
        try:
            return Header(raw)
        except Malformed as error:
            self.chain.add(at, f"header: {error}")
            return None

    def settle(self, pending, next_previous, notes):
        """The event before goes into the tree once the next link is known."""
        if pending is not None:
            seq, leaf = pending
            if leaf is None:
                leaf = next_previous or bytes(32)
            elif next_previous is not None and next_previous != leaf:
                self.chain.add(seq, "the next event does not link to this one")
            self.tree.append(leaf)
        while notes and notes[0][0] <= self.tree.size:
            self.judge(notes.pop(0)[1])

    def judge(self, raw):
        self.newest = self.tree.size
        try:
            text, signatures = read_note(raw)
            origin, size, root = read_checkpoint(text)
        except Malformed as error:
            return self.chain.add(None, f"checkpoint: {error}")
        if (origin, size, root) != (self.bundle.origin, self.tree.size, self.tree.root()):
            self.chain.add(None, f"checkpoint of size {self.tree.size}: of another tree")
        known = self.known_keys()
        signers = []
        for name, key_id, signature in signatures:
            for key in known:
                if (name, key_id) != (self.bundle.origin, key[0]):
                    continue
                if not signed(key[1], text.encode(), signature):
                    return self.chain.add(None, "checkpoint: a bad signature")
                signers.append(key)
        if not signers:
            return self.chain.add(None, "checkpoint: not signed by the log")
        for before, epoch in zip(self.epochs, self.epochs[1:]):
            if epoch[0] < self.tree.size and epoch[1] == self.time and before[2] in signers:
                epoch[3] = True
        return None

    def known_keys(self):
        if not self.epochs:
            return [self.key] if self.key else []
        current = max(i for i, epoch in enumerate(self.epochs) if i == 0 or epoch[0] < self.tree.size)
        keys = [self.epochs[current][2]]
        while current > 0 and self.epochs[current][1] == self.time:
            current -= 1
            keys.append(self.epochs[current][2])
        return keys

    def take(self, seq, header, payload):
        if seq == 0 and header.previous != sha256(self.bundle.origin.encode()):
            self.chain.add(seq, "genesis does not link to the origin")
        if header.time < self.time:
            self.chain.add(seq, "its time lies before the event before it")
        self.time = header.time
        self.latest = max(self.latest, header.time)
        genesis = header.kind == LOG_STARTED
        if genesis != (seq == 0):
            return self.chain.add(seq, "genesis where none belongs, or none where one does")
        if not 1 <= header.kind <= RELEASE:
            return None
        level = self.chain if header.kind <= KEY_ROTATED else self.erasure
        try:
            if not payload:
                raise Malformed("its payload is missing")
            members = open_members(header, payload)
        except Malformed as error:
            if level is self.chain:
                level.add(seq, str(error))
            return None
        try:
            self.note(seq, header, members)
        except (Malformed, KeyError, TypeError, ValueError) as error:
            level.add(seq, f"a member: {error}")
        return None

    def note(self, seq, header, members):
        if header.kind == LOG_STARTED:
            self.genesis(members)
        elif header.kind == KEY_ROTATED:
            key = read_vkey(members["vkey"], self.bundle.origin)
            text = f"key.rotated\n{self.bundle.origin}\n{seq}\n{members['vkey']}\n"
            if not signed(key[1], text.encode(), strict_base64(members["proof"])):
                raise Malformed("the new key did not sign")
            self.epochs.append([seq, header.time, key, False])
        elif header.kind == PURGED:
            numbers = {name: whole(members[name]) for name in ("bucket", "first", "last", "count")}
            root = digest(members["root"])
            self.tombstones.append({"seq": seq, "time": header.time, "root": root, "destroyed": None,
                                    "held": seqs(members["held"], seq), **numbers})
        elif header.kind == LIST_PURGED:
            loaded, superseded = whole(members["loaded"]), whole(members["superseded"])
            whole(members["blob"]), whole(members["count"])
            if not loaded < superseded < seq:
                raise Malformed("not loaded and superseded before")
            self.lists.append({"seq": seq, "time": header.time, "destroyed": None})
        elif header.kind == DESTROYED:
            digest(members["digest"])
            if members["keyring"] not in ("erasable", "permanent", "erasable+permanent"):
                raise Malformed("no keyring")
            target = whole(members["tombstone"])
            found = [one for one in self.tombstones + self.lists if one["seq"] == target]
            if not found or found[0]["destroyed"] is not None:
                raise Malformed("no tombstone before it whose keys live")
            found[0]["destroyed"] = header.time
        elif header.kind == HOLD:
            review = whole(members["review_by"])
            self.holds.append({"seq": seq, "time": header.time, "review_by": review, "released": None,
                               "released_at": None, "events": set(seqs(members["events"], seq))})
        elif header.kind == RELEASE:
            target = whole(members["hold"])
            found = [hold for hold in self.holds if hold["seq"] == target]
            if not found or found[0]["released"] is not None:
                raise Malformed("no hold before it that is in force")
            found[0].update(released=seq, released_at=header.time)

    def genesis(self, members):
        log_id = members.get("log_id")
        if type(members.get("format")) is not int or members["format"] != 1:
            self.chain.add(0, "another format")
        if type(members.get("bucket_seconds")) is not int or members["bucket_seconds"] != 900:
            self.chain.add(0, "other buckets")
        if not isinstance(log_id, str) or not re.fullmatch("[0-9a-f]{32}", log_id):
            self.chain.add(0, "no log ID")
        if isinstance(members.get("simulated"), bool):
            self.simulated = members["simulated"]
        else:
            self.chain.add(0, "does not say whether it is simulated")
        self.epochs = [[0, 0, read_vkey(members["vkey"], self.bundle.origin), True]]

    # -- level erasure --

    def holds_of(self, seq):
        return [hold for hold in self.holds if seq in hold["events"]]

    def on_hold(self, seq, at):
        return any(hold["seq"] < at and (hold["released"] is None or hold["released"] >= at)
                   for hold in self.holds_of(seq))

    def must_be_gone(self, event):
        due = plus(event.header.time, DUE_US)
        holds = self.holds_of(event.seq)
        if holds and all(hold["released"] is not None for hold in holds):
            return max([due] + [hold["released_at"] for hold in holds])
        return due

    def judge_erasure(self):
        self.size = self.tree.size
        self.as_of = max(self.latest, 0 if self.simulated and self.now is None
                         else self.now if self.now is not None else int(time.time() * 1e6))
        buckets = {}
        for event in self.events:
            if event.header is None:
                continue
            self.check_payload(event)
            self.check_kind(event)
            if event.header.retention == THIRTY_DAY:
                for hold in self.holds_of(event.seq):
                    if hold["time"] >= plus(event.header.time, DUE_US):
                        self.erasure.add(hold["seq"], "holds what was past due")
                buckets.setdefault(event.header.time // BUCKET_US, []).append(event)
        for bucket, events in buckets.items():
            self.judge_bucket(bucket, events)
        for hold in self.holds:
            if hold["review_by"] > plus(hold["time"], REVIEW_US):
                self.erasure.add(hold["seq"], "reviewed too late")
            if hold["released"] is None and hold["review_by"] < self.as_of:
                self.erasure.add(hold["seq"], "its review date has passed")
        for tombstone in self.tombstones + self.lists:
            until = plus(tombstone["time"], DESTROY_US)
            gone = self.as_of if tombstone["destroyed"] is None else tombstone["destroyed"]
            if gone > until:
                self.erasure.add(tombstone["seq"], "its keys were not destroyed in time")
        for bucket in {tombstone["bucket"] for tombstone in self.tombstones} - set(buckets):
            first = next(t for t in self.tombstones if t["bucket"] == bucket)
            self.erasure.add(first["seq"], "its bucket never had an event")

    def check_kind(self, event):
        header = event.header
        kind = self.kinds.get(header.kind)
        if kind is None:
            self.erasure.add(event.seq, "an unknown kind")
        elif (header.retention, header.form) != kind[:2]:
            self.erasure.add(event.seq, "retention or form are not its kind's")
        if header.retention != THIRTY_DAY:
            for hold in self.holds_of(event.seq):
                self.erasure.add(hold["seq"], "holds what is never erased")

    def check_payload(self, event):
        header = event.header
        if not event.payload:
            if header.retention != THIRTY_DAY:
                self.erasure.add(event.seq, "its payload is missing, and it is kept for ever")
            return
        try:
            self.check_row(event, Row(event.payload))
        except Malformed as error:
            self.erasure.add(event.seq, f"its payload: {error}")

    def check_row(self, event, row):
        header = event.header
        fits = {0: header.retention != THIRTY_DAY, 1: header.retention == PERMANENT,
                2: header.retention == THIRTY_DAY and not self.on_hold(event.seq, self.size),
                3: header.retention == THIRTY_DAY and bool(self.holds_of(event.seq))}
        if not fits[row.seal]:
            raise Malformed("sealed with a key of another sort")
        if header.form == 0:
            if row.clear:
                raise Malformed("a clear part where there is none")
            sealed = True
        else:
            members, commitment = member_list(row.clear)
            if commitment != header.commitment:
                raise Malformed("its commitment is another")
            if any(name is not None and not is_open for _, name, _, is_open in members):
                raise Malformed("a disclosed member at rest")
            sealed = any(name is None for _, name, _, _ in members)
            self.check_places(header, members)
        if row.box and not self.bundle.boxes:
            raise Malformed("a box in a bundle without boxes")
        has_box = bool(row.box) if self.bundle.boxes else row.seal != 0
        if has_box != (row.seal != 0) or has_box != sealed:
            raise Malformed("its seal, box and members do not fit")

    def check_places(self, header, members):
        kind = self.kinds.get(header.kind)
        if kind is None or kind[1] != 1:
            return
        shown = {name for _, name, _, _ in members if name is not None}
        if not shown <= kind[2] or len(members) - len(shown) > kind[3]:
            raise Malformed("a member that its kind does not have, or has sealed, or has open")

    def judge_bucket(self, bucket, events):
        tombstones = [t for t in self.tombstones if t["bucket"] == bucket]
        covered = [{"leaves": [], "held": 0, "early": [], "gone": None} for _ in tombstones]
        uncovered, lingering, overdue = [], [], []
        for event in events:
            for tombstone, cover in zip(tombstones, covered):
                held = self.on_hold(event.seq, tombstone["seq"])
                if event.seq not in tombstone["held"]:
                    if held:
                        self.erasure.add(event.seq, "purged while on hold")
                    self.purge(event, tombstone, cover, lingering)
                    break
                cover["held"] += 1
                if not held:
                    self.erasure.add(event.seq, "kept as held without a hold")
            else:
                self.keep(event, uncovered, overdue)
        for group in (uncovered, lingering, overdue):
            if group:
                self.erasure.add(group[0], "missing, lingering or overdue from here on")
        for tombstone, cover in zip(tombstones, covered):
            wrong = (tombstone["count"] != len(cover["leaves"])
                     or tombstone["root"] != root_of(cover["leaves"])
                     or (tombstone["first"], tombstone["last"]) != (events[0].seq, events[-1].seq)
                     or cover["held"] != len(tombstone["held"]) or cover["early"])
            gone = self.as_of if tombstone["destroyed"] is None else tombstone["destroyed"]
            late = cover["gone"] is not None and gone > plus(cover["gone"], GRACE_US)
            if wrong or late:
                self.erasure.add(tombstone["seq"], "the tombstone does not fit its bucket")

    def purge(self, event, tombstone, cover, lingering):
        cover["leaves"].append(event.header.leaf)
        if tombstone["time"] < plus(event.header.time, DUE_US):
            cover["early"].append(event.seq)
        gone = self.must_be_gone(event)
        cover["gone"] = gone if cover["gone"] is None else min(cover["gone"], gone)
        if event.payload and tombstone["destroyed"] is not None:
            lingering.append(event.seq)
        for hold in self.holds_of(event.seq):
            if hold["seq"] > tombstone["seq"]:
                self.erasure.add(hold["seq"], "holds what was purged before")

    def keep(self, event, uncovered, overdue):
        if not event.payload:
            uncovered.append(event.seq)
        elif not self.on_hold(event.seq, self.size):
            if self.as_of > plus(self.must_be_gone(event), GRACE_US):
                if self.holds_of(event.seq):
                    self.erasure.add(event.seq, "released, past due and still there")
                else:
                    overdue.append(event.seq)

    def run(self):
        complete = self.walk()
        if complete:
            self.judge_erasure()
        for name, level in (("chain", self.chain), ("erasure", self.erasure)):
            if level.findings:
                seq, what = level.first()
                return {"holds": False, "level": name, "seq": seq, "what": what}
        return {"holds": complete, "level": None, "seq": None, "what": None}


def whole(value):
    if type(value) is not int or value < 0:
        raise Malformed("not a whole number")
    return value


def seqs(value, below):
    if not isinstance(value, list):
        raise Malformed("not a list")
    numbers = [whole(one) for one in value]
    if len(set(numbers)) != len(numbers) or any(number >= below for number in numbers):
        raise Malformed("a repeated or later seq")
    return numbers


def digest(value):
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise Malformed("not a digest")
    return bytes.fromhex(value)


def read_kinds(path):
    """number -> (retention, form, open members, how many sealed ones) out of docs/event-kinds.md."""
    kinds = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) != 7 or not cells[0].isdigit():
                continue
            retention = {"open": OPEN, "permanent": PERMANENT, "thirty-day": THIRTY_DAY}[cells[2]]
            opened, sealed = (set(re.findall("`([^`]+)`", cell)) for cell in cells[4:6])
            kinds[int(cells[0])] = (retention, int(cells[3] == "members"), opened, len(sealed))
    return kinds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", required=True)
    parser.add_argument("--key")
    parser.add_argument("--now", type=int)
    parser.add_argument("bundles", nargs="+")
    asked = parser.parse_args()
    kinds, worst = read_kinds(asked.kinds), 0
    for path in asked.bundles:
        with open(path, "rb") as file:
            raw = file.read()
        try:
            key = read_vkey(asked.key, asked.key.partition("+")[0]) if asked.key else None
            answer = Verifier(raw, kinds, key, asked.now).run()
        except Malformed as error:
            answer = {"holds": False, "level": None, "seq": None, "what": str(error)}
        worst = max(worst, 0 if answer["holds"] else 1)
        print(json.dumps(answer))
    return worst


if __name__ == "__main__":
    sys.exit(main())
