"""Whose operations a process serves, and which key it may hold."""

import base64
import secrets
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.identity.access import Needs
from app.identity.rules import STAFF, Role
from app.kit.settings import Environment, Settings
from app.kit.surfaces import BOTH, Surface, serves

KEY = base64.b64encode(secrets.token_bytes(32)).decode()
PRODUCTION: dict[str, Any] = {
    "environment": Environment.PRODUCTION,
    "database_url": "postgresql://timebank_app:x@db.example/timebank",
    "master_key": KEY,
    "keystore_folder": Path("keys"),
    "token_key": "judged elsewhere",
    "seal_key": "judged elsewhere",
}


@pytest.mark.parametrize(
    ("roles", "surfaces"),
    [
        ((), BOTH),
        (tuple(STAFF), {Surface.STAFF}),
        ((Role.MEMBER,), {Surface.MEMBERS}),
        ((Role.MEMBER, Role.MODERATOR), BOTH),
    ],
)
def test_the_roles_of_a_route_say_where_it_is_served(
    roles: tuple[Role, ...], surfaces: set[Surface]
) -> None:
    assert Needs(*roles).surfaces == surfaces
    assert serves(Surface.ALL, frozenset(surfaces))


def test_the_key_of_the_records_is_where_staff_ask_and_never_where_members_do() -> None:
    assert Settings(**PRODUCTION).record_key is None
    with pytest.raises(ValidationError, match="needs TIMEBANK_RECORD_KEY"):
        Settings(**PRODUCTION, surface=Surface.STAFF)
    assert Settings(**PRODUCTION, surface=Surface.STAFF, record_key=KEY)
    with pytest.raises(ValidationError, match="RECORD_KEY must not be"):
        Settings(**PRODUCTION, surface=Surface.MEMBERS, record_key=KEY)
    assert Settings(**PRODUCTION, surface=Surface.MEMBERS)
