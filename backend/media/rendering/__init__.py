"""How the rendered clips are drawn: `paint` makes sprites, `scene` composes them, one file a clip."""
