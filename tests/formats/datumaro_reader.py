"""What Datumaro reads from a folder, as JSON lines. Run beside our Python.

python tests/formats/datumaro_reader.py FORMAT FOLDER
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict

import numpy as np
from datumaro import Dataset
from datumaro.components.annotation import AnnotationType
from pycocotools import mask as coco_mask


def main(form: str, folder: str) -> None:
    dataset = Dataset.import_from(folder, form)
    labels = [label.name for label in dataset.categories()[AnnotationType.label]]
    for item in dataset:
        polygons = defaultdict(list)  # the parts of one annotation
        for annotation in item.annotations:
            if annotation.type is AnnotationType.polygon:
                polygons[annotation.id].append(annotation)
            elif annotation.type is AnnotationType.mask:
                pixels = np.asfortranarray(annotation.image, dtype=np.uint8)
                tell(item, annotation, labels, coco_mask.encode(pixels))
        for parts in polygons.values():
            height, width = item.media.size
            drawn = coco_mask.frPyObjects([list(part.points) for part in parts], height, width)
            tell(item, parts[0], labels, coco_mask.merge(drawn))


def tell(item, annotation, labels: list[str], rle: dict) -> None:
    row = {
        "item": item.id,
        "label": labels[annotation.label],
        "track": annotation.attributes.get("track_id"),
        "counts": rle["counts"].decode(),
    }
    print(json.dumps(row, default=int))


if __name__ == "__main__":
    main(*sys.argv[1:])
