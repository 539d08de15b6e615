"""What each format is for, in one line: for whoever has to choose."""

from __future__ import annotations

PURPOSES = {
    "coco": "Training data for most tools; keeps every mask to the pixel.",
    "coco-polygons": "COCO for tools that read outlines only; exact along pixel borders.",
    "youtube-vis": "Video instance segmentation: one entry an object, a mask a frame.",
    "youtube-vos": "A folder of numbered label pictures, as YouTube-VOS has it.",
    "davis": "Palette PNGs by frame; what SAM 2 fine-tuning and most trackers read.",
    "mots": "Multi-object tracking and segmentation: 16-bit label PNGs.",
    "sav": "SA-V JSON, the data set that SAM 2 was trained on.",
    "yolo-seg": "YOLO segmentation labels: a text file of polygons a frame.",
    "pascal-voc": "Pascal VOC: class and object pictures in palette PNGs.",
    "cvat": "CVAT for video: continue the work there.",
    "datumaro": "Datumaro's own: a hub from which it converts to many others.",
    "png": "One black and white PNG an object and frame: fits any tool.",
    "overlay": "A video to look at, with the masks drawn over it.",
    "matte-webm": "The objects alone, on transparent ground, for the web (VP9).",
    "matte-prores": "The objects alone with alpha, for editing (ProRes 4444).",
    "matte-png": "A soft-edged matte a frame as 16-bit PNG, for compositing.",
    "matte-exr": "A soft-edged matte a frame as OpenEXR, for compositing.",
    "cutouts": "Each object cut out of each frame, as PNG with alpha.",
}


def purpose_of(name: str) -> str:
    """Empty for a format that nobody described."""
    return PURPOSES.get(name, "")
