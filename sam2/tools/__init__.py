"""Programs that run on the library: video object segmentation over a data set, and benchmarks."""
