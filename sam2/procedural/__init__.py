"""Video that nobody filmed, with exact masks: the gallery's clips, and what a model learns from.

* `paint` makes sprites, `motion` paths, `scene` composes them to frames and masks; `themes` holds six scenes,
  and `clips` makes clips of them.
* `blobs` draws scenes by chance, and `tensors` the same on any device.
* `samples` numbers what is learnt from, of both kinds.

Only `tensors` imports torch.
"""
