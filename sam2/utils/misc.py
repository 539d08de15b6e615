"""Helpers under their official names, for code that imports them: frame loading, holes, boxes, points."""

from __future__ import annotations

import os
import threading

import numpy as np
import torch
from torch import Tensor

from sam2.tracking.edge import IMAGE_MEAN, IMAGE_STD
from sam2.tracking.frames import FrameSource, JpegFolder, open_frames
from sam2.tracking.prefetch import FrameReader
from sam2.utils.holes import connected_components, fill_holes


def get_sdpa_settings() -> tuple[bool, bool, bool]:
    """(old_gpu, use_flash_attn, math_kernel_on). PyTorch chooses its attention kernels itself nowadays."""
    if not torch.cuda.is_available():
        return True, False, True
    major = torch.cuda.get_device_properties(0).major
    return major < 7, major >= 8, major < 8


def get_connected_components(mask: Tensor) -> tuple[Tensor, Tensor]:
    """8-connected components of [N, 1, H, W] masks: (labels, areas), int32, 0 in the background."""
    return connected_components(mask)


def mask_to_box(masks: Tensor) -> Tensor:
    """[B, 1, H, W] bool masks to the boxes around them, [B, 1, 4] x0, y0, x1, y1 (inclusive)."""
    _, _, height, width = masks.shape
    xs = torch.arange(width, device=masks.device, dtype=torch.int32)
    ys = torch.arange(height, device=masks.device, dtype=torch.int32)
    columns, rows = masks.any(dim=-2), masks.any(dim=-1)
    return torch.stack(
        [
            torch.where(columns, xs, width).amin(-1),
            torch.where(rows, ys, height).amin(-1),
            torch.where(columns, xs, -1).amax(-1),
            torch.where(rows, ys, -1).amax(-1),
        ],
        dim=-1,
    )


def fill_holes_in_mask_scores(mask: Tensor, max_area: int) -> Tensor:
    """Mask logits [N, 1, H, W] with holes of at most `max_area` pixels filled (logit 0.1)."""
    if max_area <= 0:
        raise ValueError(f"max_area is {max_area}; it must be positive")
    return fill_holes(mask, max_area)


def concat_points(old_point_inputs: dict | None, new_points: Tensor, new_labels: Tensor) -> dict:
    """Append points [B, P, 2] and labels [B, P] to earlier ones."""
    if old_point_inputs is not None:
        new_points = torch.cat([old_point_inputs["point_coords"], new_points], dim=1)
        new_labels = torch.cat([old_point_inputs["point_labels"], new_labels], dim=1)
    return {"point_coords": new_points, "point_labels": new_labels}


def _normalised(image_HWC: np.ndarray, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    image = torch.from_numpy(np.array(image_HWC)).permute(2, 0, 1).float().div_(255)
    return image.sub_(torch.tensor(mean)[:, None, None]).div_(torch.tensor(std)[:, None, None])


def _load_img_as_tensor(img_path: str | os.PathLike, image_size: int) -> tuple[Tensor, int, int]:
    """An image file as float32 [3, S, S] in 0..1, and its own height and width."""
    source = JpegFolder.of_paths([img_path])
    image = np.array(FrameReader(source, image_size).read(0))
    return torch.from_numpy(image).permute(2, 0, 1).float().div_(255), source.height, source.width


class AsyncVideoFrameLoader:
    """Frames of image files as normalised tensors, loaded one after the other in a thread.

    Item i is float32 [3, S, S]; asking for a frame that is not there yet loads it. Every frame that was
    loaded stays in memory, as officially: `SAM2VideoPredictor.init_state` does not need this class.
    """

    def __init__(
        self,
        img_paths: list[str],
        image_size: int,
        offload_video_to_cpu: bool,
        img_mean: tuple[float, float, float] = IMAGE_MEAN,
        img_std: tuple[float, float, float] = IMAGE_STD,
        compute_device: torch.device | str = "cpu",
    ):
        self.img_paths = img_paths
        self.image_size = image_size
        self.offload_video_to_cpu = offload_video_to_cpu
        self.compute_device = compute_device
        self.images: list[Tensor | None] = [None] * len(img_paths)
        self.exception: Exception | None = None
        self._mean, self._std = img_mean, img_std
        self._source = JpegFolder.of_paths(img_paths)
        self._reader = FrameReader(self._source, image_size)
        self._lock = threading.Lock()
        self.video_height, self.video_width = self._source.height, self._source.width
        self[0]
        self.thread = threading.Thread(target=self._load_all, daemon=True, name="frame-loader")
        self.thread.start()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        if self.exception is not None:
            raise RuntimeError("a frame could not be loaded") from self.exception
        if self.images[index] is None:
            with self._lock:
                image = _normalised(self._reader.read(index), self._mean, self._std)
            self.images[index] = image if self.offload_video_to_cpu else image.to(self.compute_device)
        return self.images[index]

    def _load_all(self) -> None:
        try:
            for index in range(len(self)):
                self[index]
        except Exception as error:  # told to the caller at the next frame
            self.exception = error


def _load_all(
    source: FrameSource,
    image_size: int,
    offload_video_to_cpu: bool,
    img_mean: tuple[float, float, float],
    img_std: tuple[float, float, float],
    compute_device: torch.device | str,
) -> tuple[Tensor, int, int]:
    reader = FrameReader(source, image_size)
    images = torch.zeros(source.num_frames, 3, image_size, image_size)
    for idx in range(source.num_frames):
        images[idx] = _normalised(reader.read(idx), img_mean, img_std)
    images = images if offload_video_to_cpu else images.to(compute_device)
    return images, source.height, source.width


def load_video_frames(
    video_path: str | bytes,
    image_size: int,
    offload_video_to_cpu: bool,
    img_mean: tuple[float, float, float] = IMAGE_MEAN,
    img_std: tuple[float, float, float] = IMAGE_STD,
    async_loading_frames: bool = False,
    compute_device: torch.device | str = "cuda",
) -> tuple[Tensor | AsyncVideoFrameLoader, int, int]:
    """All frames of a JPEG folder or a video file: (float32 [frames, 3, S, S], height, width).

    This holds 12.6 MB a frame at S = 1024, as officially. The video predictor reads frames one by
    one instead.
    """
    if isinstance(video_path, (str, os.PathLike)) and os.path.isdir(video_path):
        return load_video_frames_from_jpg_images(
            video_path,
            image_size,
            offload_video_to_cpu,
            img_mean,
            img_std,
            async_loading_frames,
            compute_device,
        )
    return load_video_frames_from_video_file(
        video_path, image_size, offload_video_to_cpu, img_mean, img_std, compute_device
    )


def load_video_frames_from_jpg_images(
    video_path: str,
    image_size: int,
    offload_video_to_cpu: bool,
    img_mean: tuple[float, float, float] = IMAGE_MEAN,
    img_std: tuple[float, float, float] = IMAGE_STD,
    async_loading_frames: bool = False,
    compute_device: torch.device | str = "cuda",
) -> tuple[Tensor | AsyncVideoFrameLoader, int, int]:
    """`load_video_frames` for a folder of `<number>.jpg` files."""
    source = JpegFolder(video_path)
    if async_loading_frames:
        paths = [str(path) for path in source.paths]
        loader = AsyncVideoFrameLoader(
            paths, image_size, offload_video_to_cpu, img_mean, img_std, compute_device
        )
        return loader, loader.video_height, loader.video_width
    return _load_all(source, image_size, offload_video_to_cpu, img_mean, img_std, compute_device)


def load_video_frames_from_video_file(
    video_path: str | bytes,
    image_size: int,
    offload_video_to_cpu: bool,
    img_mean: tuple[float, float, float] = IMAGE_MEAN,
    img_std: tuple[float, float, float] = IMAGE_STD,
    compute_device: torch.device | str = "cuda",
) -> tuple[Tensor, int, int]:
    """`load_video_frames` for a video file's path or bytes."""
    source = open_frames(video_path)
    return _load_all(source, image_size, offload_video_to_cpu, img_mean, img_std, compute_device)
