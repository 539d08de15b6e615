"""Scenes by chance as tensors, on any device: the same that `sam2.procedural.blobs.frames` draws.

`packed` puts a scene into one vector; `frames` makes frames and masks of it and stays on the device. Nothing
else of `sam2.procedural` imports torch.
"""
