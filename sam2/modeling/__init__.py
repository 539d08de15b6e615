"""The network: tensors in, tensors out. It knows no video, no session and no frame index."""
