import pytest

from app.kit.wording import shown_text, skeleton
from app.members.rules import AliasReserved, refuse_reserved


@pytest.mark.parametrize(
    "text",
    [
        "Ana\u200b",  # zero width
        "\u202eanA",  # turns the direction
        "A\u2066na",
        "A\u00adna",  # soft hyphen
        "\u3164",  # a filler that counts as a letter
        "Ana\ufe0f",
        "Ana\U000e0101",
        "A\u200dna",
        "\ue000",  # private use: looks as each font likes
        "A" + "\u0301" * 9,
        "\u0301",
        "Ana\x07",
        "Ana\tB",
    ],
)
def test_what_cannot_be_seen_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"invisible|marks|read"):
        shown_text(text)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Z\u030cana", "Žana"),
        ("Ana  \u00a0 B", "Ana B"),
        ("Nguyễn Thị", "Nguyễn Thị"),
        ("Марія", "Марія"),
        ("مريم", "مريم"),
        (
            "Ana \U0001f468\u200d\U0001f33e \u2764\ufe0f",
            "Ana \U0001f468\u200d\U0001f33e \u2764\ufe0f",
        ),
        ("!", "!"),
    ],
)
def test_names_of_the_world_and_pictures_are_kept_composed(written: str, kept: str) -> None:
    assert shown_text(written) == kept


@pytest.mark.parametrize(
    "alias",
    [
        "former member",
        "Former  Member",
        "f0rmer member",
        "fοrmer mеmber",  # Greek and Cyrillic letters
        "ＦＯＲＭＥＲ－ＭＥＭＢＥＲ",
        "Nekdanji član",
        "nekdanja clanica",
        "f.o.r.m.e.r m.e.m.b.e.r",
    ],
)
def test_no_alias_looks_like_somebody_who_is_not_here(alias: str) -> None:
    with pytest.raises(AliasReserved):
        refuse_reserved(alias)


@pytest.mark.parametrize("alias", ["Ana", "Former teacher", "Member", "Članica"])
def test_other_aliases_are_free(alias: str) -> None:
    refuse_reserved(alias)
    assert skeleton(alias)
