"""The server of a listening test: a page, the sounds of the rater's own trials, and the answers.

Nothing that it sends says whose a sound is: sounds are asked for by rater, trial and place.
"""

import math
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from menura.evaluation.listening.definition import ListeningTest, clip_file
from menura.evaluation.listening.orders import most_trials, plan
from menura.evaluation.listening.questions import KINDS, MOST_QUESTIONS, Kind
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.pages.rating import rating_page
from menura.store import Answers, FullError, OtherAnswerError, Trial, UnknownTrialError

MOST_RATERS = 10_000  # so that nobody can fill the disk by coming again and again
MOST_BODY_BYTES = 4096
BETWEEN_S = 4.0  # that a rater takes to answer, for the minutes that the page announces

ANOTHER_TEST = "another test is served here now: reload the page to take it"

RaterId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
TestId = Annotated[str | None, Field(max_length=64)]
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Coming(BaseModel):
    """Who comes, or comes back: a number that the rater's browser has drawn. test: whose page it
    is; a program need not say it."""

    model_config = ConfigDict(extra="forbid")
    rater: RaterId
    test: TestId = None


class Given(BaseModel):
    """The answers to the questions of one trial. values: question → option, from 1. test: as of
    who comes."""

    model_config = ConfigDict(extra="forbid", strict=True)
    rater: RaterId
    test: TestId = None
    trial: Annotated[int, Field(ge=0, le=100_000)]
    values: Annotated[dict[str, int], Field(max_length=MOST_QUESTIONS)]
    took_ms: Annotated[int, Field(ge=0, le=2**40)]
    plays: Annotated[int, Field(ge=0, le=100_000)]


def application(test: ListeningTest, folder: Path, answers: Answers, reporter: Reporter) -> FastAPI:
    """The web application of the test in `folder`."""
    app = FastAPI(title="", docs_url=None, redoc_url=None, openapi_url=None)
    page = rating_page(test.title, test.id, minutes=_minutes(test))
    app.add_middleware(_Careful)

    @app.get("/")
    def _page() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    @app.post("/api/raters")
    def _come(coming: Coming) -> JSONResponse:
        if coming.test not in (None, test.id):
            return _refusal(412, ANOTHER_TEST)
        trials = answers.enrol(coming.rater, lambda n: plan(test, n), most=MOST_RATERS)
        return JSONResponse(_told(test, trials, answers.answered(coming.rater)))

    @app.post("/api/answers")
    def _answer(given: Given) -> JSONResponse:
        if given.test not in (None, test.id):
            return _refusal(412, ANOTHER_TEST)
        trials = answers.trials(given.rater)
        if given.trial >= len(trials):
            raise UnknownTrialError("no such trial")
        if not _fits(test, trials[given.trial], given.values):
            return _refusal(422, "these are not answers to the questions of this trial")
        answers.record(
            given.rater, given.trial, given.values, took_ms=given.took_ms, plays=given.plays
        )
        return JSONResponse({"saved": True})

    @app.get("/sound/{rater}/{trial}/{place}")
    def _sound(
        rater: Annotated[str, InPath(pattern="^[0-9a-f]{32}$")], trial: int, place: int
    ) -> FileResponse:
        trials = answers.trials(rater)
        if not 0 <= trial < len(trials):
            raise UnknownTrialError("no such trial")
        clips = _clips(test, trials[trial])
        if not 0 <= place < len(clips):
            raise UnknownTrialError("no such sound")
        file = clip_file(folder, clips[place])
        headers = {"Cache-Control": "private, max-age=3600"}
        return FileResponse(file, media_type="audio/flac", headers=headers)

    @app.exception_handler(RequestValidationError)
    def _misshapen(request: Request, error: RequestValidationError) -> JSONResponse:
        return _refusal(422, "this is not what is asked for")

    @app.exception_handler(MenuraError)
    def _failed(request: Request, error: MenuraError) -> JSONResponse:
        for kind, status in ((UnknownTrialError, 404), (OtherAnswerError, 409), (FullError, 403)):
            if isinstance(error, kind):
                return _refusal(status, str(error))
        reporter.warn(str(error))
        return _refusal(503, "the answer could not be kept; it will be sent again")

    return app


def _told(
    test: ListeningTest, trials: tuple[Trial, ...], answered: tuple[int, ...]
) -> dict[str, Any]:
    """All that the page needs: the tasks by kind, the kind of each trial, what is done."""
    kinds = {kind: _task(test, kind) for kind in test.kinds}
    return {
        "tasks": kinds,
        "trials": [test.items[trial.item].kind for trial in trials],
        "answered": answered,
    }


def _task(test: ListeningTest, kind: Kind) -> dict[str, Any]:
    return {
        "sounds": KINDS[kind].sounds,
        "questions": [
            {
                "name": question.name,
                "text": question.text,
                "lowest": question.lowest,
                "highest": question.highest,
                "options": KINDS[kind].sounds
                if kind == "preference"
                else [str(point) for point in range(1, question.n_options + 1)],
            }
            for question in test.of_kind(kind)
        ],
    }


def _fits(test: ListeningTest, trial: Trial, values: dict[str, int]) -> bool:
    asked = {one.name: one.n_options for one in test.of_kind(test.items[trial.item].kind)}
    return values.keys() == asked.keys() and all(
        1 <= value <= asked[name] for name, value in values.items()
    )


def _clips(test: ListeningTest, trial: Trial) -> tuple[str, ...]:
    """The names of the clips of a trial, in the order in which this rater hears them."""
    clips = test.items[trial.item].clips
    return (clips[1], clips[0], *clips[2:]) if trial.swapped else clips


def _minutes(test: ListeningTest) -> int:
    """About how long it takes to listen to everything once and to answer."""
    seconds = {clip.name: clip.seconds for clip in test.clips}
    lengths = [sum(seconds[name] for name in item.clips) for item in test.items]
    each_s = sum(lengths) / len(lengths) + BETWEEN_S
    return max(1, math.ceil(most_trials(test) * each_s / 60))


def _refusal(status: int, words: str) -> JSONResponse:
    return JSONResponse({"saved": False, "reason": words}, status_code=status)


class _Careful:
    """Takes no long bodies, whatever their head says of their length, and tells browsers to be
    strict with what they get."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":  # gone before all was said
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MOST_BODY_BYTES:
                await _refusal(413, "too long")(scope, receive, send)
                return
        told = False

        async def whole() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_STRICT]
            await send(message)

        await self._app(scope, whole, strictly)


_STRICT = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"x-robots-tag", b"noindex"),
)
