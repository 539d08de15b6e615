"""Spoilt media files: the corpus's own, changed at random as disks and attackers change them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Random = np.random.Generator
EXTREMES = (
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\x00\x00\x00\x01",
)
BOX_NAMES = (
    b"moov",
    b"trak",
    b"stbl",
    b"stts",
    b"ctts",
    b"stsz",
    b"stco",
    b"stss",
    b"stsd",
    b"elst",
    b"mdat",
)


@dataclass(frozen=True)
class Spoilt:
    """A file, and how it came to be: enough to make it again."""

    name: str
    suffix: str
    data: bytes


def spoilt_file(seed: int, originals: Sequence[Spoilt]) -> Spoilt:
    """The same for ever for one seed."""
    random = np.random.default_rng(seed)
    original, other = (originals[random.integers(len(originals))] for _ in range(2))
    data = original.data
    names = []
    for mutate in random.choice(np.array(MUTATIONS, object), random.integers(1, 4)):
        data = mutate(data, other.data, random) or b"\x00"
        names.append(mutate.__name__)
    return Spoilt(f"{seed} {original.name} x {other.name}: {', '.join(names)}", original.suffix, data)


def flip_bits(data: bytes, other: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for place in random.integers(0, len(data), random.integers(1, 30)):
        changed[place] ^= 1 << random.integers(8)
    return bytes(changed)


def flip_bits_of_the_header(data: bytes, other: bytes, random: Random) -> bytes:
    """Most of what a reader believes stands in the first and the last kilobytes."""
    size = min(len(data), 1500)
    start = 0 if random.integers(2) else len(data) - size
    return data[:start] + flip_bits(data[start : start + size], other, random) + data[start + size :]


def cut_off(data: bytes, other: bytes, random: Random) -> bytes:
    return data[: random.integers(1, len(data) + 1)]


def cut_out(data: bytes, other: bytes, random: Random) -> bytes:
    first, last = sorted(random.integers(0, len(data) + 1, 2).tolist())
    return data[:first] + data[last:]


def overwrite(data: bytes, other: bytes, random: Random) -> bytes:
    place, size = int(random.integers(0, len(data))), int(random.integers(1, 400))
    return data[:place] + random.bytes(min(size, len(data) - place)) + data[place + size :]


def extreme_number(data: bytes, other: bytes, random: Random) -> bytes:
    place = int(random.integers(0, len(data)))
    return data[:place] + EXTREMES[random.integers(len(EXTREMES))] + data[place + 4 :]


def swap_header(data: bytes, other: bytes, random: Random) -> bytes:
    size = int(random.integers(4, 600))
    return other[:size] + data[size:]


def splice(data: bytes, other: bytes, random: Random) -> bytes:
    first, last = sorted(random.integers(0, len(other) + 1, 2).tolist())
    place = int(random.integers(0, len(data) + 1))
    return data[:place] + other[first : min(last, first + 5000)] + data[place:]


def repeat(data: bytes, other: bytes, random: Random) -> bytes:
    first, last = sorted(random.integers(0, len(data) + 1, 2).tolist())
    part = data[first : min(last, first + 2000)]
    return data[:last] + part * int(random.integers(1, 50)) + data[last:]


def splice_box(data: bytes, other: bytes, random: Random) -> bytes:
    """A box of MP4 takes the place of the other file's; also one with a size that is a lie."""
    name = BOX_NAMES[random.integers(len(BOX_NAMES))]
    here, there = data.find(name), other.find(name)
    if here < 4 or there < 4:
        return extreme_number(data, other, random)
    size = int.from_bytes(other[there - 4 : there], "big")
    box = other[there - 4 : there - 4 + min(size, 20_000)]
    old = int.from_bytes(data[here - 4 : here], "big")
    return data[: here - 4] + box + data[here - 4 + min(old, len(data)) :]


def wrong_box_size(data: bytes, other: bytes, random: Random) -> bytes:
    name = BOX_NAMES[random.integers(len(BOX_NAMES))]
    here = data.find(name)
    if here < 4:
        return extreme_number(data, other, random)
    return data[: here - 4] + int(random.integers(0, 2**31)).to_bytes(4, "big") + data[here:]


Mutation = Callable[[bytes, bytes, Random], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    flip_bits_of_the_header,
    cut_off,
    cut_out,
    overwrite,
    extreme_number,
    swap_header,
    splice,
    repeat,
    splice_box,
    wrong_box_size,
)
