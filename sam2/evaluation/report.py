"""Scores as a table, JSON, CSV, and a picture of the worst."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from sam2.evaluation.scores import ObjectScore, Scores, Statistic

CELL_WIDTH = 480
TRUE_COLOUR, FOUND_COLOUR = (70, 220, 110), (255, 80, 60)


def table(scores: Scores, by_object: bool = True) -> str:
    """Per cent, one line an object, then the data set's."""
    head = ("video", "object", "J&F", "J", "J rec.", "J dec.", "F", "F rec.", "F dec.")
    rows = [
        (score.video, str(score.object_id), *_numbers(score.j_and_f, score.j, score.f))
        for score in (scores.objects if by_object else ())
    ]
    rows.append(("all", f"{len(scores.objects)} objects", *_numbers(scores.j_and_f, scores.j, scores.f)))
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [
        "  ".join(
            text.ljust(w) if i < 2 else text.rjust(w)
            for i, (text, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join((*lines, *(f"! {problem}" for problem in scores.problems)))


def _numbers(j_and_f: float, j: Statistic, f: Statistic) -> list[str]:
    values = (j_and_f, j.mean, j.recall, j.decay, f.mean, f.recall, f.decay)
    return [f"{100 * value:.1f}" for value in values]


def write_json(path: Path, scores: Scores) -> None:
    """Everything, 0..1, frame by frame."""
    about = {
        "j_and_f": scores.j_and_f,
        "j": asdict(scores.j),
        "f": asdict(scores.f),
        "problems": list(scores.problems),
        "objects": [
            {
                "video": score.video,
                "object": score.object_id,
                "j_and_f": score.j_and_f,
                "j": asdict(score.j),
                "f": asdict(score.f),
                "frames": [asdict(frame) for frame in score.frames],
            }
            for score in scores.objects
        ],
    }
    path.write_text(json.dumps(about, indent=1) + "\n")


def write_csv(path: Path, objects: Iterable[ObjectScore]) -> None:
    """One line an object."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("video", "object", "j_and_f", "j", "j_recall", "j_decay", "f", "f_recall", "f_decay", "frames")
        )
        for score in objects:
            numbers = (score.j_and_f, *asdict(score.j).values(), *asdict(score.f).values())
            writer.writerow((score.video, score.object_id, *(f"{n:.4f}" for n in numbers), len(score.frames)))


@dataclass(frozen=True)
class WorstFrame:
    """A frame to look at: truth and mask are bool [H, W] of the image's size."""

    title: str
    image: np.ndarray  # uint8 RGB [H, W, 3]
    mask: np.ndarray
    truth: np.ndarray


def draw_worst(path: Path, frames: Sequence[WorstFrame], columns: int = 2) -> None:
    """A sheet of frames, the truth outlined in green and what was found in red."""
    cells = [_cell(frame) for frame in frames]
    height = max(cell.height for cell in cells)
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * CELL_WIDTH, rows * height), (24, 24, 24))
    for number, cell in enumerate(cells):
        sheet.paste(cell, (number % columns * CELL_WIDTH, number // columns * height))
    sheet.save(path)


def _cell(frame: WorstFrame) -> Image.Image:
    image = np.ascontiguousarray(frame.image.copy())
    thickness = max(2, round(image.shape[1] / CELL_WIDTH * 2))
    for mask, colour in ((frame.truth, TRUE_COLOUR), (frame.mask, FOUND_COLOUR)):
        outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(image, outlines, -1, colour, thickness)
    height = round(image.shape[0] * CELL_WIDTH / image.shape[1])
    cell = Image.fromarray(image).resize((CELL_WIDTH, height))
    draw = ImageDraw.Draw(cell)
    draw.rectangle((0, 0, CELL_WIDTH, 16), fill=(24, 24, 24))
    draw.text((4, 2), frame.title, fill=(240, 240, 240))
    return cell
