"""Where members read, no word says what kind of people a bank may be for.

Whoever picks up somebody's telephone, or reads the contract, must not meet the vocabulary of
trafficking and shelter: not in operations, problems, notices, labels, in no language.
"""

import json
import re

import pytest

from app.banks.rules import AREAS_FIRST, MEETING_POINTS_FIRST
from app.kit.settings import Settings
from app.kit.surfaces import Surface
from app.listings.categories import CATEGORIES
from app.main import create_app
from tests.architecture.test_problems import PROBLEMS

FORBIDDEN = re.compile(
    r"traffick|victim|surviv|shelter|safe.?house|exploit|slave(?!n)|prostitut|refugee|abuse|rescue"
    r"|cohort|programme|crisis|vulnerab|coerc|violen|asylum|integrat|nationalit|ethnic|social.?work"
    r"|trgovin\w* z|žrt[ev]|preživel|zatočišč|varn\w+ hiš|izkorišč|suženj|zlorab|\bkrizn|begunc"
    r"|begunk|ranljiv|kohort|programu|programa\b|azil|nasil|prisil|integrac|narodnost|socialn",
    re.IGNORECASE,
)


def met(*texts: str) -> list[str]:
    return [found[0] for text in texts for found in FORBIDDEN.finditer(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Victims of trafficking",
        "sheltered",
        "safe-house",
        "Cohort",
        "žrtve",
        "varna hiša",
        "krizni",
    ],
)
def test_a_word_of_that_vocabulary_is_recognised(text: str) -> None:
    assert met(text)


def test_no_operation_of_members_has_a_word_of_it(base_settings: Settings) -> None:
    app = create_app(base_settings.model_copy(update={"surface": Surface.MEMBERS}))
    told = json.dumps(app.openapi(), ensure_ascii=False)
    assert "propose_exchange" in told
    assert met(told) == []


def test_no_problem_has_a_word_of_it() -> None:
    said = [text for one in PROBLEMS for told in one.said.values() for text in told]
    assert len(said) > 100
    assert met(*said) == []


def test_no_label_has_a_word_of_it() -> None:
    places = [text for one in (*AREAS_FIRST, *MEETING_POINTS_FIRST) for text in vars(one).values()]
    labels = [text for one in CATEGORIES.values() for text in vars(one).values()]
    assert met(*places, *labels) == []
