"""The table of `docs/frames.md`, from the corpus: `python -m tests.backend.frame_table` writes it anew."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from backend.domain.video import Playback
from backend.media.importer import ImportedVideo, import_video
from backend.media.index import FrameIndex
from tests.backend import frame_corpus
from tests.backend.frame_corpus import Case

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "frames.md"
BEGIN, END = "<!-- table: python -m tests.backend.frame_table -->\n", "<!-- end -->"
HEADINGS = {"Times": "TIMES", "Order and keyframes": "ORDER", "Pixels": "PIXELS"} | {
    "Containers and codecs": "FILES",
    "Cut files": "CUT",
}
PLAYED = {Playback.SOURCE: "the source", Playback.RENDITION: "a rendition"}


def row(case: Case, video: ImportedVideo, index: FrameIndex) -> str:
    """What a reader of the table gets to know of one case; all of it was measured."""
    tells = "by time stamps" if index.seekable else "by counting"
    told = "“ends early”" if video.warning else ""
    return f"| {case.what} | {len(video.pts_s)} | {tells} | {PLAYED[video.playback]} | {told} |"


def documented_rows() -> set[str]:
    text = DOCUMENT.read_text()
    return {line for line in text[text.index(BEGIN) : text.index(END)].splitlines() if line.startswith("| ")}


def table() -> str:
    lines = []
    with tempfile.TemporaryDirectory() as name:
        for heading, group in HEADINGS.items():
            lines += [
                f"\n**{heading}**\n",
                "| file | frames | told apart | browsers play | people are told |",
            ]
            lines += ["| --- | --- | --- | --- | --- |"]
            for case_name, case in getattr(frame_corpus, group).items():
                folder = Path(name) / case_name
                folder.mkdir()
                video = import_video(case.write(folder), folder / "video")
                lines.append(row(case, video, FrameIndex.load(folder / "video")))
    return "\n".join(lines) + "\n\n"


def main() -> None:
    text = DOCUMENT.read_text()
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    DOCUMENT.write_text(pattern.sub(lambda _: BEGIN + table() + END, text))


if __name__ == "__main__":
    main()
