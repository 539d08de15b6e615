"""Resumable uploads by the tus 1.0 protocol (https://tus.io): what was sent is never sent again.

`protocol` reads headers, `shelf` keeps unfinished uploads on disk, `writers` lets one send at a time,
`taking` receives, `routes` answers.
"""
