"""Which web pages the settings name: those that may ask for passkeys lie in one domain."""

import os

import pytest

from app.kit.settings import BadSettings, load_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith("TIMEBANK_")]:
        monkeypatch.delenv(name)
    return monkeypatch


def test_pages_of_one_domain_may_ask_for_passkeys(environment: pytest.MonkeyPatch) -> None:
    assert load_settings().relying_party is None
    environment.setenv("TIMEBANK_RP_ID", "example.org")
    environment.setenv("TIMEBANK_RP_ORIGINS", "https://example.org, https://app.example.org:8443")
    party = load_settings().relying_party
    assert party is not None
    assert party.id == "example.org"
    assert party.origins == ("https://example.org", "https://app.example.org:8443")


@pytest.mark.parametrize(
    ("domain", "origins", "complaint"),
    [
        ("example.org", None, "go together"),
        (None, "https://example.org", "go together"),
        ("example.org", "https://badexample.org", "must lie in the domain"),
        ("example.org", "https://example.org,https://example.com", "must lie in the domain"),
        ("example.org", "http://example.org", "must begin with https"),
        ("example.org", "*", "must be origins such as"),
        ("https://example.org", "https://example.org", "TIMEBANK_RP_ID"),
    ],
)
def test_others_are_refused(
    environment: pytest.MonkeyPatch, domain: str | None, origins: str | None, complaint: str
) -> None:
    for name, value in (("ID", domain), ("ORIGINS", origins)):
        if value is not None:
            environment.setenv(f"TIMEBANK_RP_{name}", value)
    with pytest.raises(BadSettings, match=complaint):
        load_settings()
