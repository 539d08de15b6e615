"""TrackEval loads an export and evaluates it against itself: prints its scores as JSON.

    python tests/formats/trackeval_reader.py youtube-vis|davis|mots FOLDER WORK NUM_FRAMES [RESULTS]

RESULTS: another YouTube-VIS export, to be evaluated against the first one.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path

from pycocotools import mask as coco_mask
from trackeval import Evaluator, datasets, metrics

# How its script for YouTube-VIS sets the metric.
BY_AREA = {
    "PRINT_CONFIG": False,
    "USE_TIME_RANGES": False,
    "AREA_RANGES": [[0, 128**2], [128**2, 256**2], [256**2, 1e10]],
}
QUIET = {"PRINT_CONFIG": False, "TRACKERS_TO_EVAL": ["same"]}


def youtube_vis(folder: Path, work: Path, results: Path) -> datasets.YouTubeVIS:
    truth = json.loads((folder / "instances.json").read_text())
    tracks = json.loads((results / "instances.json").read_text())["annotations"]
    scored = [
        {
            **track,
            "score": 1.0,
            "segmentations": [mask and compressed(mask) for mask in track["segmentations"]],
        }
        for track in tracks
    ]
    for name, document in (("truth/youtube_vis_val", truth), ("results/youtube_vis_val/same/data", scored)):
        place = work / name
        place.mkdir(parents=True)
        (place / "instances.json").write_text(json.dumps(document))
    places = {"GT_FOLDER": f"{work}/truth/", "TRACKERS_FOLDER": f"{work}/results/", "SPLIT_TO_EVAL": "val"}
    return datasets.YouTubeVIS({**QUIET, **places})


def compressed(mask: dict) -> dict:
    """Results have compressed RLE, where the truth has lists of runs."""
    rle = coco_mask.frPyObjects(mask, *mask["size"])
    return {"size": mask["size"], "counts": rle["counts"].decode()}


def davis(folder: Path, work: Path) -> datasets.DAVIS:
    masks = folder / "Annotations" / "480p"
    shutil.copytree(masks, work / "same" / "data")
    return datasets.DAVIS({**QUIET, "GT_FOLDER": str(masks), "TRACKERS_FOLDER": str(work)})


def mots(folder: Path, work: Path, num_frames: int) -> datasets.KittiMOTS:
    texts = folder / "instances_txt"
    (name,) = [file.stem for file in texts.iterdir()]
    shutil.copytree(texts, work / "same" / "data")
    places = {"GT_FOLDER": str(texts), "TRACKERS_FOLDER": str(work), "SEQ_INFO": {name: num_frames}}
    return datasets.KittiMOTS({**QUIET, **places, "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt"})


def main(form: str, folder: Path, work: Path, num_frames: int, results: Path) -> None:
    settings = {
        "PRINT_RESULTS": False,
        "PRINT_CONFIG": False,
        "TIME_PROGRESS": False,
        "RETURN_ON_ERROR": False,
    }
    settings |= {"OUTPUT_SUMMARY": False, "OUTPUT_DETAILED": False, "PLOT_CURVES": False}
    settings |= {"BREAK_ON_ERROR": True, "USE_PARALLEL": False, "OUTPUT_EMPTY_CLASSES": False}
    with contextlib.redirect_stdout(io.StringIO()):
        if form == "youtube-vis":
            dataset, metric = youtube_vis(folder, work, results), metrics.TrackMAP(BY_AREA)
        elif form == "davis":
            dataset, metric = davis(folder, work), metrics.HOTA({"PRINT_CONFIG": False})
        else:
            dataset, metric = mots(folder, work, num_frames), metrics.HOTA({"PRINT_CONFIG": False})
        results, _ = Evaluator(settings).evaluate([dataset], [metric])
    of_all = results[dataset.get_name()]["same"]["COMBINED_SEQ"]
    scores = {
        name: {key: float(value.mean() if hasattr(value, "mean") else value) for key, value in fields.items()}
        for name, whole in of_all.items()
        for fields in [whole[metric.get_name()]]
    }
    print(json.dumps(scores))


if __name__ == "__main__":
    main(
        sys.argv[1],
        Path(sys.argv[2]),
        Path(sys.argv[3]),
        int(sys.argv[4]),
        Path((sys.argv[5:] or sys.argv[2:])[0]),
    )
