"""Mattes as videos, one an object: the picture with the object's mask, edges softened, as straight alpha.

WebM (VP9) for the web, ProRes 4444 for editing. All stamps are the source's; WebM holds whole milliseconds.
The files are written one after the other, so that one encoder is in memory, whatever the number of objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from backend.domain.errors import InvalidInput
from backend.domain.video import Video
from backend.formats.checks import found
from backend.formats.frame_index import read_index, write_index
from backend.formats.frames import frame_of
from backend.formats.model import Annotated, Found, FoundMask, FoundObject, Problem, Shape
from backend.formats.pixels import encode
from backend.formats.sidecar import read_objects, write_objects
from backend.formats.soft_edges import alpha_of
from backend.formats.video_files import OPEN_OPTIONS, Encoding, video_file

VP9_OPTIONS = {
    "crf": "18",
    "b": "0",
    "deadline": "good",
    "cpu-used": "5",
    "row-mt": "1",
    "auto-alt-ref": "0",  # hidden frames have no alpha
}
VP9_ALPHA = Encoding(".webm", "libvpx-vp9", "yuva420p", VP9_OPTIONS)
PRORES_4444 = Encoding(
    ".mov", "prores_ks", "yuva444p10le", {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"}
)


@dataclass(frozen=True)
class MatteVideoFormat:
    """`<object id>.webm` or `.mov`, and `frames.json`: which source frame each one is."""

    name: str
    title: str
    encoding: Encoding
    decoder: str  # that gives alpha
    needs_frames: bool = True
    takes_frames: bool = False

    def walks(self, annotated: Annotated) -> int:
        return len(annotated.objects)

    def write(self, annotated: Annotated, folder: Path) -> None:
        write_objects(folder, annotated.objects)
        write_index(folder, annotated.frames)
        for tracked in annotated.objects:
            path = folder / f"{tracked.object_id:03d}{self.encoding.ending}"
            self._write_one(annotated, tracked.object_id, path)

    def _write_one(self, annotated: Annotated, object_id: int, path: Path) -> None:
        nothing = np.zeros((annotated.video.height, annotated.video.width), np.float32)
        with video_file(path, self.encoding, annotated.video, annotated.times) as file:
            for frame in annotated.by_frame():
                mask = next((one for one in frame.seen() if one.object_id == object_id), None)
                alpha = nothing if mask is None else alpha_of(mask)
                picture = annotated.picture(frame.frame_idx).astype(np.uint16) * 257
                levels = np.rint(alpha * 65535).astype(np.uint16)
                file.write(frame.frame_idx, np.dstack([picture, levels]), "rgba64le")

    def read(self, path: Path, video: Video) -> Found:
        """Where alpha is half or more the object is. Without `frames.json` every frame must be there."""
        folder, files = (path.parent, [path]) if path.is_file() else (path, self._videos(path))
        if not files:
            raise InvalidInput(f"There is no {self.encoding.ending} file in {path.name}.")
        named = {one.object_id: one for one in read_objects(folder)}
        by_id: dict[int, Path] = {}
        for file in files:
            number = frame_of(file.name)
            by_id[max([0, *by_id]) + 1 if number is None or number in by_id else number] = file
        objects = [named.get(number, FoundObject(number, f"Object {number}")) for number in by_id]
        index = read_index(folder)

        def shapes() -> Iterator[Shape]:
            for number, file in by_id.items():
                yield from self._shapes(number, file, index, video)

        return found(video, objects, shapes)

    def _videos(self, folder: Path) -> list[Path]:
        return sorted(folder.glob(f"*{self.encoding.ending}"))

    def _shapes(self, number: int, file: Path, index: list[int] | None, video: Video) -> Iterator[Shape]:
        place = 0
        try:
            for alpha in self._alphas(file, video):
                frame_idx = place if index is None else index[place] if place < len(index) else -1
                place += 1
                if (mask := alpha >= 128).any():
                    yield FoundMask(number, frame_idx, encode(mask))
        except InvalidInput as error:
            yield Problem(str(error))
        expected = video.num_frames if index is None else len(index)
        if place != expected:
            yield Problem(f"{file.name} has {place} frames, not {expected}: its masks may be on others.")

    def _alphas(self, file: Path, video: Video) -> Iterator[np.ndarray]:
        """uint8 [height, width] of each frame in turn. Raises InvalidInput."""
        try:
            with av.open(f"file:{file.absolute()}", options=OPEN_OPTIONS) as container:
                for frame in self._frames(container, video):
                    if (frame.width, frame.height) != (video.width, video.height):
                        size = f"{frame.width} x {frame.height}"
                        raise InvalidInput(
                            f"{file.name} is {size} pixels, the video is {video.width} x {video.height}."
                        )
                    if len(frame.format.components) != 4:
                        raise InvalidInput(f"{file.name} has no alpha.")
                    yield frame.to_ndarray(format="rgba")[..., 3]
        except (av.FFmpegError, EOFError, IndexError, ValueError) as error:
            raise InvalidInput(f"{file.name} cannot be decoded as a matte: it is damaged.") from error

    def _frames(self, container: InputContainer, video: Video) -> Iterator[av.VideoFrame]:
        """With the decoder that gives alpha, which is not the usual one for VP9."""
        stream = container.streams.video[0]
        decoder = av.CodecContext.create(self.decoder, "r")
        decoder.extradata = stream.codec_context.extradata
        decoder.width, decoder.height = stream.codec_context.width, stream.codec_context.height
        decoder.options = {"max_pixels": str((video.width + 256) * (video.height + 256))}
        for packet in container.demux(stream):
            yield from decoder.decode(packet if packet.size else None)


MATTE_WEBM = MatteVideoFormat("matte-webm", "Matte WebM, VP9 with alpha", VP9_ALPHA, "libvpx-vp9")
MATTE_PRORES = MatteVideoFormat("matte-prores", "Matte MOV, ProRes 4444", PRORES_4444, "prores")
