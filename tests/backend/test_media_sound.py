"""The sound that a composed video carries: the source's own packets, or AAC where an MP4 cannot hold them."""

from __future__ import annotations

import base64
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backend.media.sound import HEAD, PACKET, has_sound, sound_bytes
from tests.backend.numbered_clips import numbered

RATE, SECONDS = 48_000, 2


def tone_clip(path: Path, codec: str | None, container_format: str) -> Path:
    """Two seconds of numbered frames, and a tone where a codec is named."""
    with av.open(str(path), "w", format=container_format) as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 96, 72, "yuv420p"
        sound = container.add_stream(codec, rate=RATE, layout="stereo") if codec else None
        for number in range(25 * SECONDS):
            container.mux(video.encode(av.VideoFrame.from_ndarray(numbered(number), "rgb24")))
        container.mux(video.encode(None))
        if sound is not None:
            wave = 0.4 * np.sin(2 * np.pi * 440 * np.arange(RATE * SECONDS) / RATE)
            samples = np.repeat((wave * 32767).astype(np.int16), 2)[None]
            frame = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
            form = sound.codec_context.format.name
            size = sound.codec_context.frame_size or 1024
            resampler = av.AudioResampler(form, "stereo", RATE, frame_size=size)
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(sound.encode(piece))
            container.mux(sound.encode(None))
    return path


def parsed(data: bytes) -> tuple[dict, list[tuple[int, int, bytes]]]:
    (size,) = HEAD.unpack_from(data)
    form = json.loads(data[HEAD.size : HEAD.size + size])
    at, packets = HEAD.size + size, []
    while at < len(data):
        length, start_us, duration_us = PACKET.unpack_from(data, at)
        at += PACKET.size
        packets.append((start_us, duration_us, data[at : at + length]))
        at += length
    return form, packets


def source_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [
            bytes(p) for p in container.demux(container.streams.audio[0]) if p.size and p.pts + p.duration > 0
        ]


@pytest.mark.parametrize(
    ("codec", "name", "container"), [("aac", "mp4a.40.2", "mp4"), ("libopus", "opus", "matroska")]
)
def test_packets_that_an_mp4_can_hold_are_the_sources_own(
    tmp_path: Path, codec: str, name: str, container: str
) -> None:
    clip = tone_clip(tmp_path / "clip", codec, container)
    assert has_sound(clip)
    form, packets = parsed(b"".join(sound_bytes(clip, 0.0, SECONDS)))
    assert (form["codec"], form["sampleRate"], form["channels"]) == (name, RATE, 2)
    assert len(base64.b64decode(form["description"])) >= 2
    own = source_packets(clip)
    assert [data for _, _, data in packets] == own[: len(packets)]
    assert len(packets) >= len(own) - 3  # what lies beyond the last picture
    starts = [start for start, _, _ in packets]
    assert starts == sorted(starts) and -21_400 < starts[0] <= 0


def test_other_codecs_become_aac_of_the_same_length(tmp_path: Path) -> None:
    clip = tone_clip(tmp_path / "clip", "flac", "matroska")
    form, packets = parsed(b"".join(sound_bytes(clip, 0.0, SECONDS)))
    assert form["codec"] == "mp4a.40.2"
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = base64.b64decode(form["description"])
    sound = [frame.to_ndarray() for _, _, data in packets for frame in decoder.decode(av.Packet(data))]
    samples = np.concatenate(sound, axis=1)
    assert abs(samples.shape[1] - RATE * SECONDS) < 0.1 * RATE
    spectrum = np.abs(np.fft.rfft(samples[0][RATE // 2 : RATE // 2 + RATE]))
    assert abs(int(spectrum.argmax()) - 440) <= 1


def test_sound_is_cut_to_the_pictures(tmp_path: Path) -> None:
    clip = tone_clip(tmp_path / "clip", "aac", "mp4")
    _, packets = parsed(b"".join(sound_bytes(clip, 0.5, 1.5)))
    starts_s = [start / 1e6 for start, _, _ in packets]
    assert -0.022 < starts_s[0] <= 0 and 0.95 < starts_s[-1] < 1.0


def test_a_clip_without_sound_says_so(tmp_path: Path) -> None:
    assert not has_sound(tone_clip(tmp_path / "clip", None, "mp4"))
