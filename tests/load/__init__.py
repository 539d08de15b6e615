"""What a server bears: many sessions at once (`python -m tests.load`), and two hours of video
(`python -m tests.load.two_hours`). Bounded forms of both run with the other tests."""
