"""Kill a server again and again while people work, and see that nothing acknowledged is lost.

    python -m tests.chaos --kills 100

`people` click, track, correct and cancel over HTTP; `weather` kills, fills the disk, and lets it dry;
`followers` read the feeds through all of it; `replay` does the same work once more without any of it, in one
process. `run` puts them together and says what came out.
"""
