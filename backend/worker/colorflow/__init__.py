"""The embedded engine: follows one colour region by colour and motion. OpenCV and numpy, no weights."""
