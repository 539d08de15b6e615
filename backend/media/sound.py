"""A source's sound as packets that an MP4 can hold, for the composed video that the browser writes.

AAC and Opus are handed on as they are; other codecs become AAC. Zero is the start of the first picture.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from backend.media.source import OPEN_OPTIONS

COPIED = {"aac": "mp4a.40.2", "opus": "opus"}  # FFmpeg's name and WebCodecs' of what is not encoded again
DECODED = (
    "aac opus vorbis mp3 mp3float mp2 flac alac ac3 eac3 pcm_s16le pcm_s16be pcm_s24le pcm_s32le pcm_f32le"
    " pcm_u8 pcm_mulaw pcm_alaw"
)
OPTIONS = {**OPEN_OPTIONS, "codec_whitelist": ",".join(DECODED.split())}
RATE, CHANNELS, BIT_RATE = 48_000, "stereo", 160_000  # of what is encoded again
HEAD = struct.Struct(">I")
PACKET = struct.Struct(">Iqq")  # bytes; start and duration in microseconds


@dataclass(frozen=True)
class SoundFormat:
    """What a decoder has to be told."""

    codec: str  # as WebCodecs names it
    sample_rate: int
    channels: int
    description: bytes  # AudioSpecificConfig or OpusHead


@dataclass(frozen=True)
class SoundPacket:
    start_us: int
    duration_us: int
    data: bytes


def has_sound(source: Path) -> bool:
    with _open(source) as container:
        return bool(container.streams.audio) and container.streams.audio[0].codec_context is not None


def sound_bytes(source: Path, zero_s: float, end_s: float) -> Iterator[bytes]:
    """The length of the format, the format as JSON, then each packet as its head and its bytes.

    `zero_s`: when the first picture is shown, on the source's clock; `end_s`: when the last one goes.
    """
    with _open(source) as container:
        track = container.streams.audio[0]
        copies = track.codec_context.name in COPIED and bool(track.codec_context.extradata)
        form, packets = _copied(container, track) if copies else _encoded(container, track)
        yield _format_bytes(form)
        with closing(packets):
            for packet in packets:
                start_us = packet.start_us - round(zero_s * 1e6)
                if start_us >= (end_s - zero_s) * 1e6:
                    return
                if start_us + packet.duration_us > 0:  # before that: a run-in, or sound without a picture
                    yield PACKET.pack(len(packet.data), start_us, packet.duration_us) + packet.data


def _open(source: Path) -> InputContainer:
    return av.open(f"file:{source.absolute()}", options=OPTIONS, metadata_errors="replace")


def _format_bytes(form: SoundFormat) -> bytes:
    text = json.dumps(
        {
            "codec": form.codec,
            "sampleRate": form.sample_rate,
            "channels": form.channels,
            "description": base64.b64encode(form.description).decode("ascii"),
        }
    ).encode()
    return HEAD.pack(len(text)) + text


def _copied(container: InputContainer, track: AudioStream) -> tuple[SoundFormat, Iterator[SoundPacket]]:
    codec = track.codec_context
    form = SoundFormat(COPIED[codec.name], codec.sample_rate, codec.channels, bytes(codec.extradata))

    def packets() -> Iterator[SoundPacket]:
        for packet in container.demux(track):
            if packet.size and packet.pts is not None:
                yield _packet(packet)

    return form, packets()


def _encoded(container: InputContainer, track: AudioStream) -> tuple[SoundFormat, Iterator[SoundPacket]]:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, CHANNELS, "fltp"
    encoder.bit_rate = BIT_RATE
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.open()
    resampler = av.AudioResampler("fltp", CHANNELS, RATE, frame_size=encoder.frame_size)
    form = SoundFormat(COPIED["aac"], RATE, encoder.channels, bytes(encoder.extradata))

    def packets() -> Iterator[SoundPacket]:
        for frame in _frames(container, track):
            for piece in resampler.resample(frame):
                yield from map(_packet, encoder.encode(piece))
        yield from map(_packet, encoder.encode(None))

    return form, packets()


def _frames(container: InputContainer, track: AudioStream) -> Iterator[av.AudioFrame | None]:
    """Decoded sound, passing over what is damaged, and None at the end."""
    for packet in container.demux(track):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue
    yield None


def _packet(packet: av.Packet) -> SoundPacket:
    tick_us = packet.time_base * 1_000_000
    return SoundPacket(round(packet.pts * tick_us), round((packet.duration or 0) * tick_us), bytes(packet))
