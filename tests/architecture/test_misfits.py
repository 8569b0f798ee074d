"""Whatever does not fit in a request is told in every language that we speak."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant

from app.kit.errors import Unfit
from app.kit.http import Route
from app.kit.misfits import NOT_KNOWN, OF_TYPE, Misfit, told
from app.kit.problems import LANGUAGES, MEDIA_TYPE, raises
from app.kit.settings import Settings
from app.main import create_app
from tests.architecture.test_problems import PROBLEMS

WRONG: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**30, [], {}, [1], ["sl"] * 100, {"a": 1}),
    *("", " ", "x" * 5_000, "\0", "\n", "\ud800", "\u202e", "e" + "\u0301" * 9, "-", "12"),
    *("2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "1900-01-01T00:00:00Z", "2026-01-01"),
)
"""For every place of every request; whatever fits is fine."""
Fault = dict[str, Any]


@pytest.fixture(scope="module")
def app(base_settings: Settings) -> FastAPI:
    return create_app(base_settings)


def parameters_of(dependant: Dependant) -> Iterator[Any]:
    yield from (*dependant.path_params, *dependant.query_params, *dependant.header_params)
    for below in dependant.dependencies:
        yield from parameters_of(below)


def faults_of(route: Route) -> Iterator[Fault]:
    """What is wrong with each place of a request when something wrong is put there."""
    for field in parameters_of(route.dependant):
        for wrong in WRONG:
            yield from field.validate(wrong, {}, loc=(field.alias,))[1] or ()
    body = route.body_field
    if body is None:
        return
    for wrong in WRONG:
        yield from body.validate(wrong, {}, loc=("body",))[1] or ()
        for name in getattr(body.field_info.annotation, "model_fields", {}):
            yield from body.validate({name: wrong, "gizmo": 1}, {}, loc=("body",))[1] or ()


def test_every_fault_has_words_in_every_language(app: FastAPI) -> None:
    faults = [fault for route in app.state.routes for fault in faults_of(route)]
    kinds = {fault["type"] for fault in faults}
    own = {str(one) for fault in faults for one in [ours(fault)] if one}
    assert kinds - OF_TYPE.keys() == {"value_error"}
    assert len(own) > 5
    for fault in faults:
        assert fault["type"] in OF_TYPE or ours(fault), fault
        english, slovene = (told(fault, language) for language in LANGUAGES)
        assert english != slovene
        assert english.endswith(".")
        assert slovene.endswith(".")


def ours(fault: Fault) -> Misfit | None:
    error = (fault.get("ctx") or {}).get("error")
    return error if isinstance(error, Misfit) else None


def test_a_fault_that_nobody_thought_of_is_told_too() -> None:
    assert told({"type": "moon_phase"}, "sl") == NOT_KNOWN.sl


RULES = [one for one in PROBLEMS if issubclass(one, Unfit) and one is not Unfit]


@pytest.mark.parametrize("problem", RULES, ids=lambda one: one.__name__)
def test_a_rule_that_is_broken_names_the_place_as_a_misfit_does(problem: type[Unfit]) -> None:
    (told_,) = raises(problem)[problem.status]["content"][MEDIA_TYPE]["examples"].values()
    (place,) = told_["value"]["errors"]
    assert place["pointer"].split("/")[1] in {"body", "query", "header"}
    assert place["detail"] == (told_["value"]["detail"] or told_["value"]["title"])
