"""Every format by its name."""

from __future__ import annotations

from collections.abc import Mapping

from backend.domain.errors import NotFound
from backend.formats.coco import COCO, COCO_POLYGONS
from backend.formats.cutouts import CUTOUTS
from backend.formats.cvat import CVAT
from backend.formats.datumaro import DATUMARO
from backend.formats.matte_videos import MATTE_PRORES, MATTE_WEBM
from backend.formats.model import Format
from backend.formats.mots import MOTS
from backend.formats.overlay import OVERLAY
from backend.formats.palette_folders import DAVIS, YOUTUBE_VOS
from backend.formats.picture_folders import BINARY_PNG, MATTE_EXR, MATTE_PNG
from backend.formats.sav import SAV
from backend.formats.voc import PASCAL_VOC
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
    PASCAL_VOC,
    CVAT,
    DATUMARO,
    BINARY_PNG,
    CUTOUTS,
    MATTE_PNG,
    MATTE_EXR,
    MATTE_WEBM,
    MATTE_PRORES,
    OVERLAY,
)
FORMATS: Mapping[str, Format] = {one.name: one for one in EVERY}


def format_named(name: str) -> Format:
    if name not in FORMATS:
        raise NotFound(f"There is no format {name!r}; choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
