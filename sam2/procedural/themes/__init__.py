"""The six themes of the gallery, one file each: what is in the scene and how it moves."""
