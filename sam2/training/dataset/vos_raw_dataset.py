"""Data sets on disk. Each is a sequence of `RawVideo`; constructor arguments are the official ones."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from sam2.training.dataset.snippet import BadSample, FrameFile, RawVideo
from sam2.training.dataset.vos_segment_loader import CocoMasks, PngMasks, Sa1bMasks, SavMasks

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")


class VOSRawDataset(ABC):
    """Videos by number."""

    video_names: Sequence[str]

    def __len__(self) -> int:
        return len(self.video_names)

    @abstractmethod
    def get_video(self, idx: int) -> RawVideo:
        """Raises `BadSample` for one that cannot be read."""


class PNGRawDataset(VOSRawDataset):
    """DAVIS, MOSE, YouTube-VOS and exports of Masklet: a folder of frames and one of PNG masks a video."""

    def __init__(
        self,
        img_folder: str | Path,
        gt_folder: str | Path,
        file_list_txt: str | Path | None = None,
        excluded_videos_list_txt: str | Path | None = None,
        sample_rate: int = 1,
        is_palette: bool = True,
        single_object_mode: bool = False,
        truncate_video: int = -1,
        frames_sampling_mult: bool = False,
    ) -> None:
        self.img_folder, self.gt_folder = _folder(img_folder), _folder(gt_folder)
        self.sample_rate = sample_rate
        self.is_palette = is_palette
        self.single_object_mode = single_object_mode
        self.truncate_video = truncate_video
        names = _names(self.img_folder, file_list_txt, excluded_videos_list_txt)
        if single_object_mode:
            names = [
                f"{name}/{path.name}"
                for name in names
                for path in sorted((self.gt_folder / name).iterdir())
                if path.is_dir()
            ]
        if frames_sampling_mult:
            names = [name for name in names for _ in _images(self._image_folder(name))]
        self.video_names = names

    def _image_folder(self, name: str) -> Path:
        return self.img_folder / (Path(name).parent if self.single_object_mode else name)

    def get_video(self, idx: int) -> RawVideo:
        name = self.video_names[idx]
        frames = _images(self._image_folder(name))
        if self.truncate_video > 0:
            frames = frames[: self.truncate_video]
        per_object = not (self.is_palette or self.single_object_mode)
        masks = PngMasks(self.gt_folder / name, per_object)
        return RawVideo(name, frames[:: self.sample_rate], masks)


class JSONRawDataset(VOSRawDataset):
    """SA-V: a folder of frames a video and `<video>_manual.json`."""

    def __init__(
        self,
        img_folder: str | Path,
        gt_folder: str | Path,
        file_list_txt: str | Path | None = None,
        excluded_videos_list_txt: str | Path | Sequence[str] | None = None,
        sample_rate: int = 1,
        rm_unannotated: bool = True,
        ann_every: int = 1,
        frames_fps: int = 24,
    ) -> None:
        self.img_folder, self.gt_folder = _folder(img_folder), _folder(gt_folder)
        self.sample_rate = sample_rate
        self.rm_unannotated = rm_unannotated
        self.ann_every = ann_every
        self.frames_fps = frames_fps
        self.video_names = _names(self.img_folder, file_list_txt, excluded_videos_list_txt)

    def get_video(self, idx: int) -> RawVideo:
        name = self.video_names[idx]
        masks = SavMasks(self.gt_folder / f"{name}_manual.json", self.ann_every, self.frames_fps)
        frames = _images(self.img_folder / name)[:: self.sample_rate]
        if self.rm_unannotated:
            annotated = set(masks.annotated)
            frames = [frame for frame in frames if frame.frame_id in annotated]
        return RawVideo(name, frames, masks)


class SA1BRawDataset(VOSRawDataset):
    """SA-1B: `<image>.jpg` and `<image>.json`, as videos of equal frames."""

    def __init__(
        self,
        img_folder: str | Path,
        gt_folder: str | Path,
        file_list_txt: str | Path | None = None,
        excluded_videos_list_txt: str | Path | None = None,
        num_frames: int = 1,
        mask_area_frac_thresh: float = 1.1,
        uncertain_iou: float = -1,
    ) -> None:
        self.img_folder, self.gt_folder = _folder(img_folder), _folder(gt_folder)
        self.num_frames = num_frames
        self.mask_area_frac_thresh = mask_area_frac_thresh
        self.uncertain_iou = uncertain_iou
        self.video_names = _names(self.img_folder, file_list_txt, excluded_videos_list_txt)

    def get_video(self, idx: int) -> RawVideo:
        name = self.video_names[idx]
        image = self.img_folder / f"{name}.jpg"
        pixels = _pixels(image)
        masks = Sa1bMasks(
            self.gt_folder / f"{name}.json", self.mask_area_frac_thresh, self.uncertain_iou, pixels
        )
        return RawVideo(name, [FrameFile(i, image) for i in range(self.num_frames)], masks)


class CocoRawDataset(VOSRawDataset):
    """A COCO instances file, each image a video of equal frames. Images without annotations are left out."""

    def __init__(self, img_folder: str | Path, annotation_file: str | Path, num_frames: int = 1) -> None:
        self.img_folder = _folder(img_folder)
        self.num_frames = num_frames
        about = json.loads(Path(annotation_file).read_text())
        self._entries = defaultdict(list)
        for entry in about["annotations"]:
            if not entry.get("iscrowd") or isinstance(entry["segmentation"], dict):
                self._entries[entry["image_id"]].append(entry)
        self._images = [image for image in about["images"] if image["id"] in self._entries]
        self.video_names = [image["file_name"] for image in self._images]
        if not self.video_names:
            raise ValueError(f"{annotation_file} has no annotated image")

    def get_video(self, idx: int) -> RawVideo:
        image = self._images[idx]
        path = self.img_folder / image["file_name"]
        masks = CocoMasks(self._entries[image["id"]], image["height"], image["width"])
        return RawVideo(image["file_name"], [FrameFile(i, path) for i in range(self.num_frames)], masks)


def _folder(path: str | Path) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; check the paths of the data set")
    return folder


def _images(folder: Path) -> list[FrameFile]:
    if not folder.is_dir():
        raise BadSample(f"{folder}: there is no folder of frames")
    paths = [path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES]
    if strange := [path.name for path in paths if not path.stem.isdecimal()]:
        raise BadSample(f"{folder}: {sorted(strange)[0]} is not named by a frame number")
    return sorted((FrameFile(int(path.stem), path) for path in paths), key=lambda frame: frame.frame_id)


def _pixels(path: Path) -> int:
    try:
        with Image.open(path) as image:
            return image.width * image.height
    except OSError as error:
        raise BadSample(f"{path}: the image cannot be read ({error})") from error


def _names(folder: Path, listed: str | Path | None, excluded: str | Path | Sequence[str] | None) -> list[str]:
    """Videos named in a file, or all of a folder, without those named in the other files."""
    if listed is not None:
        names = _lines(listed)
    else:
        names = [path.stem if path.is_file() else path.name for path in folder.iterdir()]
        names = [name for name in names if not name.startswith(".")]
    left_out: set[str] = set()
    for path in [excluded] if isinstance(excluded, (str, Path)) else excluded or ():
        left_out.update(_lines(path))
    names = sorted(set(names) - left_out)
    if not names:
        raise ValueError(f"{folder} has no video to train on; check the folder and the file list")
    return names


def _lines(path: str | Path) -> list[str]:
    stripped = (line.strip() for line in Path(path).read_text().splitlines())
    return [Path(line).stem if line.endswith(IMAGE_SUFFIXES) else line for line in stripped if line]
