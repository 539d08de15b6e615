"""The image encoder: Hiera trunk and feature-pyramid neck."""
