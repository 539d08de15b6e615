"""Annotated videos and images as training sees them."""
