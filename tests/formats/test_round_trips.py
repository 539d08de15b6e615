"""Whatever is written comes back: for every format, exactly what it can hold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from backend.domain.video import Video
from backend.formats.model import ReadFrame
from backend.formats.registry import FORMATS
from tests.formats.sessions import Masks, Sample, annotated_of, flattened, read_back, same_masks, samples


def grey(video: Video) -> ReadFrame:
    """Pictures, for formats that are made of them."""
    return lambda frame_idx: np.full((video.height, video.width, 3), 90, np.uint8)


def exactly(masks: Masks) -> Masks:
    return masks


@dataclass(frozen=True)
class Promise:
    """What comes back of masks that were written."""

    masks: Callable[[Masks], Masks] = exactly
    highest_id: int = 100_000


PROMISES = {
    "coco": Promise(),
    "coco-polygons": Promise(),
    "youtube-vis": Promise(),
    "sav": Promise(),
    "datumaro": Promise(),
    "davis": Promise(flattened, highest_id=254),
    "youtube-vos": Promise(flattened, highest_id=254),
    "mots": Promise(flattened, highest_id=999),
    "yolo-seg": Promise(),
    "cvat": Promise(),
    "pascal-voc": Promise(flattened),
    "png": Promise(),
    "matte-png": Promise(),
    "matte-exr": Promise(),
    "cutouts": Promise(),
}


def chosen(sample: Sample) -> Masks:
    return {place: mask for place, mask in sample.masks.items() if place[0] in set(sample.frames)}


@pytest.mark.parametrize("name", PROMISES)
def test_a_round_trip_gives_back_what_the_format_can_hold(name: str) -> None:
    format_, promise = FORMATS[name], PROMISES[name]

    @given(samples(promise.highest_id))
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def check(sample: Sample) -> None:
        with tempfile.TemporaryDirectory() as folder:
            annotated = annotated_of(
                sample.masks, sample.objects, sample.frames, sample.video, grey(sample.video)
            )
            format_.write(annotated, Path(folder))
            back = read_back(format_, Path(folder), sample.video)
        assert back.problems == []
        same_masks(back.masks, promise.masks(chosen(sample)))
        told = [(one.object_id, one.name, one.label, one.colour) for one in back.objects]
        assert told == [(one.object_id, one.name, one.label, one.colour) for one in sample.objects]

    check()
