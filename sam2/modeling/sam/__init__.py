"""Prompt encoder, mask decoder and the attention blocks that they share with memory attention."""
