"""150 odd requests in every test run; `python -m tests.fuzz.graphql --requests 1000` takes more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.graphql import Answer, Outcome, fuzz, judge
from tests.fuzz.graphql_requests import Sent

REQUESTS = 150
FIRST = 50_000  # other seeds than the long run's


# A form without an end: Starlette drops the half of its file, and Python closes that, with a warning.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)
def test_odd_requests_are_answered_with_sentences(tmp_path: Path) -> None:
    outcome = fuzz(range(FIRST, FIRST + REQUESTS), tmp_path)
    assert outcome.faults == []
    assert sum(outcome.statuses.values()) == REQUESTS
    assert outcome.codes["data"] >= 3 and outcome.codes["BAD_QUERY"] >= 20, str(outcome)


def test_the_judge_sees_what_must_not_happen() -> None:
    sent = Sent("operation", b"{}")
    for answer in (
        Answer(500, "application/json", "{}"),
        Answer(200, "application/json", '{"errors": [{"extensions": {"code": "INTERNAL"}}]}'),
        Answer(200, "application/json", '{"data": "Traceback (most recent call last)"}'),
        Answer(400, "application/json", '{"error": "/tmp/x is not there"}'),
        Answer(200, "application/json", "<html>"),
    ):
        outcome = Outcome()
        judge(outcome, 1, sent, answer, ("Traceback", "/tmp/"))
        assert len(outcome.faults) == 1, answer
