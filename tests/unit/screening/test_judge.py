"""Several signals together make a person look; everyday words do not."""

import pytest

from app.screening.rules import _PATTERNS, GROUPS_MIN, HELD_FROM, judge

SUSPICIOUS = [
    "Live-in help wanted, free room, I keep your passport safe. Urgent.",
    "Young girls for modelling, travel included",
    "Work abroad, ticket paid, you pay back later",
    "M4ssage at my place, discreet, come alone, cash",
    "Escort for evenings, travel paid, do not tell anyone",
    "Stanovanje za delo, potni list pusti pri meni",
    "Delo v tujini, plačana vozovnica, dolgove poravnaš potem",
    "Mlada dekleta za fotomodeling, casting še danes",
    "Diskretno srečanje, intimna masaža, pridi sama",
    "Posojilo takoj, denar na Revolut, osebni dokumenti",
    "Au pair, 14 hours a day, your documents stay with us",
    "Mo\u200bdelling, s3xy photo shoots, tonight",
    "Casting tonight, sexy photoshoot, whatsapp +386 40 123 456",
    "проживание бесплатно, паспорт оставь, за границу",
    "Room for work, 12 ur na dan, ne povej nikomur",
    "Loan with advance payment, passport as security",
    "young women wanted, live in, all day every day",
    "Brezplačna soba, delo v tujini, med nama",
    "crypto loan, pay me back, urgent, telegram",
    "nude modeling, cash tonight",
]
BENIGN = [
    "Slovene conversation practice in the library",
    "Help with residence permit forms and other paperwork",
    "I bake bread and can show you how, on Saturday",
    "Massage for tired backs, at the community hall",
    "Babysitting for two children, Tuesdays after school",
    "Ride to the doctor, also urgent ones",
    "Photography walk for beginners",
    "Pomoč pri selitvi, imam kombi",
    "Učim nemščino, 60 minut, tudi po telefonu",
    "Popravim kolo še danes, če je nujno",
    "Spremljam vas na urad po delovno dovoljenje",
    "Can you walk my dog right now?",
    "Iščem nekoga za košnjo trave, ves dan je preveč",
    "I would like to learn to use WhatsApp",
    "Moja številka čevljev je 42, kdo popravi podplate?",
    "Help me read a letter from the bank about a loan",
    "Visit to the castle, no cash needed",
    "Model trains: help me mend one",
    "Cooking for a party tonight",
    "Pridi sam ali s prijatelji na skupni sprehod",
]


@pytest.mark.parametrize("text", SUSPICIOUS)
def test_several_signals_together_are_seen(text: str) -> None:
    assert judge(text), text


def test_hardly_any_everyday_text_is_held() -> None:
    held = [text for text in BENIGN if judge(text)]
    assert len(held) <= len(BENIGN) * 0.05, held


def test_no_single_kind_of_signal_holds_anything() -> None:
    assert GROUPS_MIN > 1
    assert all(weight < HELD_FROM for weight, _ in _PATTERNS.values())
    for word in ("escort", "passport", "loan", "live-in", "whatsapp", "cash", "young girls"):
        assert judge(f"{word} {word}") == []
