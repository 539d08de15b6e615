"""Scenes by chance: things of one or several blobs. `things` says what is in a scene, `dice` draws one from a
random generator, `skins` paints textures, `frames` draws frames and masks with OpenCV."""
