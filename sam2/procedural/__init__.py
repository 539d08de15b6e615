"""Video that nobody filmed, with exact masks: the gallery's clips, and what a model learns from.

`paint` makes sprites, `motion` paths, `scene` composes them to frames and masks; `themes` holds six scenes,
and `clips` makes clips of them. Nothing here imports torch.
"""
