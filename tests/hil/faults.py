"""What a line can do to octets. A fault is told what passes one way and when, and returns what
comes out.

Each has its own seed: the same octets in the same pieces are spoilt in the same places.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hil.kinds import Identity
from hil.link import Decoder, frame
from hil.packing import encode

Pieces = list[tuple[float, bytes]] | None
"""What comes out, and when, s from now; None: the line hangs up here."""


class Fault:
    """None at all; others count in `hits` how often they have struck."""

    hits = 0

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        return [(0.0, octets)]

    def cut(self) -> None:
        """Forget what is on the way: the cable was pulled."""


@dataclass
class Spoilt(Fault):
    """One octet in `every` is lost, has a bit flipped, or is followed by one that nobody sent."""

    every: int
    seed: int
    hits: int = 0
    chance: Any = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        made = bytearray()
        for octet in octets:
            if self.chance.randrange(self.every):
                made.append(octet)
            else:
                self.hits += 1
                made += self.instead(octet)
        return [(0.0, bytes(made))]

    def instead(self, octet: int) -> bytes:
        added = bytes([octet, self.chance.randrange(256)])
        flipped = bytes([octet ^ 1 << self.chance.randrange(8)])
        made: bytes = self.chance.choice([b"", flipped, added])
        return made


class Flipped(Spoilt):
    """One octet in `every` has a bit flipped."""

    def instead(self, octet: int) -> bytes:
        return bytes([octet ^ 1 << self.chance.randrange(8)])


class Dropped(Spoilt):
    """One octet in `every` is lost."""

    def instead(self, octet: int) -> bytes:
        return b""


class OneByOne(Fault):
    """Octets pass singly, a twentieth of a millisecond apart."""

    def __init__(self) -> None:
        self.free_at = 0.0

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        self.hits += len(octets)
        begin = max(now_s, self.free_at)
        self.free_at = begin + 0.00005 * len(octets)
        return [(begin - now_s + 0.00005 * i, octets[i : i + 1]) for i in range(len(octets))]


@dataclass
class Stalled(Fault):
    """Everything is held back for `hold_s`, one piece in `every`."""

    every: int
    hold_s: float
    pieces: int = 0
    hits: int = 0
    free_at: float = 0.0

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        self.pieces += 1
        if self.pieces % self.every == 0:
            self.hits += 1
            self.free_at = now_s + self.hold_s
        return [(max(0.0, self.free_at - now_s), octets)]


class Lost(Fault):
    """Nothing passes."""

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        return []


class SaidOtherwise(Fault):
    """Something that is no frame comes out in the place of what went in."""

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        return [(0.0, b"x" * len(octets))]


@dataclass
class Noise(Fault):
    """As many octets come out as went in, of any value."""

    seed: int
    chance: Any = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        return [(0.0, self.chance.randbytes(len(octets)))]


@dataclass
class Halved(Fault):
    """One piece in `every` is cut off in its middle."""

    every: int
    seed: int
    hits: int = 0
    chance: Any = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        hit = not self.chance.randrange(self.every)
        self.hits += hit
        return [(0.0, octets[: len(octets) // 2] if hit else octets)]


@dataclass
class WrongRate(Fault):
    """A receiver that samples at `ratio` times the rate of the sender: 8 data bits, one stop bit.

    It waits for a falling edge, samples in the middle of where it thinks the bits are, and drops an
    octet whose stop bit is low, as a UART does.
    """

    ratio: float

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        levels = [1]
        for octet in octets:
            levels += [0, *(octet >> bit & 1 for bit in range(8)), 1]
        levels += [1] * 12
        heard = bytearray()
        at = 0.0
        while (start := self._edge(levels, at)) is not None:
            bits = [levels[int(start + (bit + 0.5) / self.ratio)] for bit in range(1, 10)]
            if bits[8]:
                heard.append(sum(level << bit for bit, level in enumerate(bits[:8])))
            at = start + 9.5 / self.ratio
        return [(0.0, bytes(heard))]

    def _edge(self, levels: list[int], at: float) -> int | None:
        last = len(levels) - int(10 / self.ratio) - 1
        for i in range(int(at) + 1, last):
            if levels[i - 1] and not levels[i]:
                return i
        return None


@dataclass
class Overheard(Fault):
    """Another fault, and all that went into it and came out of it, if not yet at the other end."""

    fault: Fault
    hits: int = 0
    went_in: bytes = b""
    came_out: bytes = b""

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        pieces = self.fault(octets, now_s)
        self.hits = self.fault.hits
        self.went_in += octets
        self.came_out += b"".join(piece for _, piece in pieces or [])
        return pieces

    def cut(self) -> None:
        self.fault.cut()


# ------------------------------------------------------------------------------ whole frames


@dataclass
class Frames(Fault):
    """Does to one whole frame in `every` what `spoil` says; others pass."""

    every: int
    seed: int
    hits: int = 0
    chance: Any = field(init=False)
    rest: bytes = field(init=False, default=b"")

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        *whole, self.rest = (self.rest + octets).split(b"\0")
        made: list[tuple[float, bytes]] = []
        for stuffed in whole:
            frame = stuffed + b"\0"
            if not stuffed or self.chance.randrange(self.every):
                made += self.good(frame)
            else:
                self.hits += 1
                made += self.spoil(frame)
        return made

    def cut(self) -> None:
        self.rest = b""

    def good(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield 0.0, frame

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        raise NotImplementedError


class FramesLost(Frames):
    """They are gone."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield from ()


class FramesTwice(Frames):
    """They come again at once."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield 0.0, frame
        yield 0.0, frame


class FramesLate(Frames):
    """They come after the others, up to 60 ms later: other frames overtake them."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield self.chance.uniform(0.0002, 0.06), frame


class FramesLateAgain(Frames):
    """They come, and again up to 60 ms later, when they are long answered."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield 0.0, frame
        yield self.chance.uniform(0.0002, 0.06), frame


class FramesHalved(Frames):
    """They end at some octet, without a delimiter."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield 0.0, frame[: self.chance.randrange(1, len(frame))]


class FramesInGarbage(Frames):
    """Noise of up to 300 octets runs into them."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield 0.0, self.chance.randbytes(self.chance.randrange(1, 300)) + frame


class FramesInNuls(Frames):
    """A hundred delimiters stand before and after them."""

    def spoil(self, frame: bytes) -> Iterator[tuple[float, bytes]]:
        yield 0.0, bytes(100) + frame + bytes(100)


# ------------------------------------------------------------------------------ told apart


@dataclass
class Changed(Fault):
    """What a board says of itself is said otherwise, and nothing else is."""

    changes: dict[str, Any]
    decoder: Decoder = field(init=False)

    def __post_init__(self) -> None:
        self.decoder = Decoder(from_board=True)

    def __call__(self, octets: bytes, now_s: float) -> Pieces:
        line = b""
        for message, sequence, taken in self.decoder.feed(octets):
            is_one = isinstance(message, Identity)
            said = replace(message, **self.changes) if is_one else message
            line += frame(encode(said, sequence, taken))
        return [(0.0, line)]
