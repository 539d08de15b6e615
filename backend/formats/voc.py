"""Pascal VOC: an XML a frame with boxes, and two palette PNGs: the class and the object of each pixel.

http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html. A pixel of the object PNG is the place
of the object in its XML, from 1; boxes count pixels from 1, both corners inside. `labelmap.txt` names the
classes with their colours, as CVAT and Datumaro do. The XML says which object it is in `track_id`, which
other readers pass over. A pixel has one object: of two that overlap the lower id has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.session import BoxPrompt, TrackedObject
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, found, sentence, text
from backend.formats.frames import frame_files, frame_name, write_picture
from backend.formats.label_png import read_labels, voc_palette, write_palette_png
from backend.formats.limits import check_count
from backend.formats.model import (
    Annotated,
    AnnotatedFrame,
    DataSet,
    Found,
    FoundBox,
    FoundMask,
    FoundObject,
    Problem,
    Shape,
    category,
)
from backend.formats.pixels import bounding_box, decode, encode, flatten, rle_of
from backend.formats.sidecar import read_objects, write_objects
from backend.formats.untracked import Numbering
from backend.formats.xml_text import element, root_of

MOST = 254  # objects on a frame, and classes: 255 is "not judged"
BACKGROUND = "background"


@dataclass(frozen=True)
class PascalVocFormat(DataSet):
    """The folders of the VOC devkit; names of files are frame numbers."""

    name: str = "pascal-voc"
    title: str = "Pascal VOC, boxes and palette PNGs"

    def write(self, annotated: Annotated, folder: Path) -> None:
        numbers = annotated.categories()
        check_count(len(numbers), MOST, "classes", "Pascal VOC")
        check_count(len(annotated.objects), MOST, "objects", "Pascal VOC")
        palette = voc_palette()
        inner = ["Annotations", "SegmentationClass", "SegmentationObject", "ImageSets/Segmentation"]
        inner += ["ImageSets/Main"] + ["JPEGImages"] * (annotated.read_frame is not None)
        for one in inner:
            (folder / one).mkdir(parents=True)
        (folder / "labelmap.txt").write_text(_label_map(numbers, palette), "utf-8")
        by_id = {tracked.object_id: tracked for tracked in annotated.objects}
        with (folder / "ImageSets" / "Segmentation" / "train.txt").open("w") as names:
            for frame in annotated.by_frame():
                name = frame_name(annotated.video, frame.frame_idx, 6)
                names.write(f"{name}\n")
                _write_frame(folder, name, annotated, frame, by_id, numbers, palette)
        names_file = folder / "ImageSets" / "Segmentation" / "train.txt"
        (folder / "ImageSets" / "Main" / "train.txt").write_bytes(names_file.read_bytes())
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return _read(path, video)


def _label_map(numbers: dict[str, int], palette: bytes) -> str:
    """`name:r,g,b:parts:actions` a line."""
    rows = ["# label:color_rgb:parts:actions", f"{BACKGROUND}:0,0,0::"]
    for name, number in numbers.items():
        colour = ",".join(str(level) for level in palette[3 * number : 3 * number + 3])
        rows.append(f"{_class_name(name)}:{colour}::")
    return "\n".join(rows) + "\n"


def _class_name(name: str) -> str:
    """Without the marks that separate in the label map; `objects.json` has the name as it is."""
    return name.replace(":", " ").replace("#", " ")


def _write_frame(
    folder: Path,
    name: str,
    annotated: Annotated,
    frame: AnnotatedFrame,
    by_id: dict[int, TrackedObject],
    numbers: dict[str, int],
    palette: bytes,
) -> None:
    video = annotated.video
    masks = frame.seen()
    layers = [(place, decode(rle_of(mask))) for place, mask in enumerate(masks, 1)]
    places = flatten(layers, video.height, video.width, np.uint8)
    classes = [0] + [numbers[category(by_id[mask.object_id])] for mask in masks]
    write_palette_png(folder / "SegmentationObject" / f"{name}.png", places, palette)
    class_pixels = np.asarray(classes, np.uint8)[places]
    write_palette_png(folder / "SegmentationClass" / f"{name}.png", class_pixels, palette)
    boxes = [(by_id[mask.object_id], bounding_box(rle_of(mask))) for mask in masks]
    document = "".join(_document(video, name, boxes))
    (folder / "Annotations" / f"{name}.xml").write_text(document, "utf-8")
    write_picture(annotated, frame.frame_idx, folder / "JPEGImages" / f"{name}.jpg")


def _document(
    video: Video, name: str, boxes: list[tuple[TrackedObject, tuple[int, int, int, int]]]
) -> Iterator[str]:
    size = element("width", video.width) + element("height", video.height) + element("depth", 3)
    yield f"<annotation>\n  <folder>JPEGImages</folder>{element('filename', f'{name}.jpg')}\n"
    yield f"  <source>{element('database', 'Masklet')}{element('annotation', video.title)}</source>\n"
    yield f"  <size>{size}</size>\n  <segmented>1</segmented>\n"
    for tracked, (x, y, width, height) in boxes:
        corners = (("xmin", x + 1), ("ymin", y + 1), ("xmax", x + width), ("ymax", y + height))
        box = "".join(element(side, value) for side, value in corners)
        name = _class_name(category(tracked))
        yield f"  <object>{element('name', name)}{element('track_id', tracked.object_id)}"
        yield "<pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
        yield f"<bndbox>{box}</bndbox></object>\n"
    yield "</annotation>\n"


@dataclass(frozen=True)
class _Row:
    """An object of a frame's XML."""

    object_id: int
    label: str
    box: BoxPrompt


def _read(path: Path, video: Video) -> Found:
    """Masks where there are object PNGs, boxes where there are only XMLs."""
    xmls, pngs = path / "Annotations", path / "SegmentationObject"
    if not xmls.is_dir() and not pngs.is_dir():
        raise InvalidInput("There is no folder `Annotations` or `SegmentationObject` in it.")
    objects = {one.object_id: one for one in read_objects(path)}
    for _, _, rows in _frames(xmls, pngs):
        for row in rows if isinstance(rows, list) else ():
            label = text(row.label, "")
            one = FoundObject(row.object_id, label or f"Object {row.object_id}", label)
            objects.setdefault(row.object_id, one)

    def shapes() -> Iterator[Shape]:
        for frame_idx, name, rows in _frames(xmls, pngs):
            if isinstance(rows, Problem):
                yield rows
            else:
                yield from _shapes(frame_idx, name, rows, pngs, video)

    return found(video, objects.values(), shapes)


def _frames(xmls: Path, pngs: Path) -> Iterator[tuple[int, str, list[_Row] | Problem]]:
    """(frame_idx, name without ending, its objects), by name."""
    numbering = Numbering()
    folder, ending = (xmls, ".xml") if xmls.is_dir() else (pngs, ".png")
    for frame_idx, file in frame_files(folder, ending):
        if frame_idx is None:
            yield 0, "", Problem(f"{file.name} has no frame number in its name.")
            continue
        try:
            rows = [_row(one, frame_idx, numbering) for one in _objects_in(file)]
            yield frame_idx, file.stem, rows
        except WRONG_FORM as error:
            yield frame_idx, file.stem, sentence(file.name, error)


def _objects_in(file: Path) -> list[Element]:
    return root_of(file).findall("object") if file.suffix == ".xml" else []


def _row(one: Element, frame_idx: int, numbering: Numbering) -> _Row:
    label, track = one.findtext("name", ""), one.findtext("track_id")
    corners = [float(one.findtext(f"bndbox/{side}", "")) for side in ("xmin", "ymin", "xmax", "ymax")]
    object_id = numbering.id_of(label, frame_idx) if track is None else int(track)
    return _Row(object_id, label, BoxPrompt(corners[0] - 1, corners[1] - 1, corners[2], corners[3]))


def _shapes(frame_idx: int, name: str, rows: list[_Row], pngs: Path, video: Video) -> Iterator[Shape]:
    picture = pngs / f"{name}.png"
    if not picture.is_file():
        for row in rows:
            yield FoundBox(row.object_id, frame_idx, row.box)
        return
    try:
        places = read_labels(picture, video)
    except InvalidInput as error:
        yield sentence(f"Frame {frame_idx}", error)
        return
    strangers = set(np.unique(places).tolist()) - {0, 255} - set(range(1, len(rows) + 1))
    if strangers:
        yield Problem(f"{picture.name} has objects that its XML does not list: {sorted(strangers)[:5]}.")
    for place, row in enumerate(rows, 1):
        mask = places == place
        if mask.any():
            yield FoundMask(row.object_id, frame_idx, encode(mask))


PASCAL_VOC = PascalVocFormat()
