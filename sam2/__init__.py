"""SAM 2 and SAM 2.1: promptable segmentation of images and videos.

A library of its own: build a predictor with `sam2.build_sam`, then prompt it. The configurations that
Hydra finds under this package are named as in Meta's package, for example
`configs/sam2.1/sam2.1_hiera_t.yaml`.
"""
