"""Every format by its name."""

from __future__ import annotations

from collections.abc import Mapping

from backend.domain.errors import NotFound
from backend.formats.binary_png import BINARY_PNG
from backend.formats.coco import COCO, COCO_POLYGONS
from backend.formats.cvat import CVAT
from backend.formats.datumaro import DATUMARO
from backend.formats.model import Format
from backend.formats.mots import MOTS
from backend.formats.palette_folders import DAVIS, YOUTUBE_VOS
from backend.formats.sav import SAV
from backend.formats.yolo import YOLO_SEG
from backend.formats.youtube_vis import YOUTUBE_VIS

EVERY: tuple[Format, ...] = (
    COCO,
    COCO_POLYGONS,
    YOUTUBE_VIS,
    YOUTUBE_VOS,
    DAVIS,
    MOTS,
    SAV,
    YOLO_SEG,
    CVAT,
    DATUMARO,
    BINARY_PNG,
)
FORMATS: Mapping[str, Format] = {one.name: one for one in EVERY}


def format_named(name: str) -> Format:
    if name not in FORMATS:
        raise NotFound(f"There is no format {name!r}; choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
