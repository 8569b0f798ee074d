"""Finding contact data in free text: what would take two people outside before both want it.

Numbers to dial, addresses of mail and of pages, names elsewhere, and streets with a number. Dates,
times, amounts and measures are none of these, so what looks like one is left alone.
"""

import re
from collections.abc import Callable
from typing import Final

from app.screening.shapes import bare, latin, numbered

DIGITS_MIN: Final = 7
"""So many digits in a row can be dialled."""
HINTED_DIGITS_MIN: Final = 6
"""So many where the text says that they are for calling."""
HINT_MAX: Final = 60
"""How far before a number it is said what it is for."""
WHEN_MAX: Final = 40
"""The longest that dates and times are written; what is longer is none, and not looked into."""
_TOP: Final = (
    "com|net|org|info|eu|io|app|site|online|shop|link|biz|club|blog|page|dev|xyz|tv|gg|ly|tk|uk|si"
    "|hr|ba|rs|me|mk|de|ch|it|fr|es|pt|nl|pl|cz|sk|hu|ro|bg|gr|tr|ru|ua|by|kz|al"
)
"""Ends of domain names; the last ones are of countries."""
_TOP_SAID: Final = "com|net|org|info|eu|si|ru|ua"
"""Those that are no common words after a spoken dot."""
_ELSEWHERE: Final = (
    r"(?:insta(?:gram\w*)?|ig|telegram\w*|tg|snap(?:chat)?|skype|viber\w*|whats ?app|discord|steam"
    r"|facebook|fb|fejsbuk\w*|signal\w*|messenger|tiktok|wechat|vajber|vacap|vk|ватсап\w*"
    r"|воцап\w*|ва[иј]бер\w*|телеграм\w*|инстаграм\w*|фе[ис]сбук\w*|вконтакте)"
)
"""Where people write to each other outside; й is и here, for accents are taken off."""
_ME: Final = r"(?: ?(?:me|mi|mene|na|te|moi|mir|mich|us|meni)\b)?"
_WRITE: Final = (
    r"(?:text|dm|message|add|find|write|reach|contact|pm)\b me"
    r"|(?:dodaj|pis|najd|poisc|javi|kontakt)\w*"
    r"|(?:написи|пиш|пис|наиди|знаиди|напиш|добав|дода)\w*|escrib\w*|schreib\w*|ecri\w*|scriv\w*"
    r"|shkrua\w*|agrega\w*|instead\b.{0,20}\bon"
)
_NEAR: Final = r"[^.!?\n]{0,25}?\b"
_AT: Final = "at|afna|arroba|chiocciola|собака|sobaka|malpa|kukac"
_DOT: Final = "dot|pika|tocka|tacka|punto|punkt|point|kropka|точка|крапка|тачка"
_OPEN, _CLOSE = r"\s*[(\[{<]\s*", r"\s*[)\]}>]\s*"
_SAID: Final = (
    (re.compile(rf"{_OPEN}(?:{_AT}|@){_CLOSE}|\s+(?:{_AT})\s+|(?<=\w)\s*@\s*(?=\w)"), "@"),
    (re.compile(rf"{_OPEN}(?:{_DOT}|\.){_CLOSE}|\s+(?:{_DOT})\s+(?=(?:{_TOP_SAID})\b)"), "."),
    (re.compile(rf"(@[\w-]+)\s+(?:{_DOT})\s+(?=\w)"), r"\1."),
    (re.compile(r"(?<=\w)\s*\.\s*(?=(?:com|net|org)\b)"), "."),
)
"""How signs of addresses are said, or set apart, and the signs; one after the other."""
_EMAIL: Final = re.compile(r"[\w.+-]{2,64}@[\w-]{1,63}(?:\.\w{2,}|\s(?:com|net|org|si)\b)")
_PROVIDER: Final = re.compile(
    rf"\b(?:gmail|hotmail|outlook|yahoo|proton(?:mail)?|icloud|siol|gmx|yandex|libero)\.(?:{_TOP})\b"
)
_PAGE: Final = re.compile(
    rf"https?:|www\.|\b(?:t|wa|fb|vk)\.(?:me|com)/|(?<!@)\b[a-z0-9][a-z0-9-]{{1,62}}\.(?:{_TOP})(?![\w.]\w|\w|')"
)
_HANDLE: Final = re.compile(
    rf"(?<![\w.@])@[a-z0-9_.]{{3,}}"
    rf"|\b{_ELSEWHERE}\W+(?:\w+\W+){{0,2}}?(?=\S{{0,40}}[a-z])[a-z0-9]{{1,30}}[._:#\d][a-z0-9._:#]{{1,30}}"
    rf"|\b(?:{_WRITE}){_ME}{_NEAR}{_ELSEWHERE}\b"
)
_NOT_HANDLES: Final = re.compile(r"\b\d{1,2}[.:]\d{2}\b|\b\d+ ?(?:min|ur|h)\w*")
_RUN: Final = re.compile(r"\+?\(?\d(?:[ \t]{0,2}[.:\-\u2010-\u2015/()+]{0,2}[ \t]{0,2}\d)*")
_DATE: Final = (
    r"(?:[0-3]?\d\s?[.]\s?[01]?\d(?:\s?[.]?\s?(?:19|20)\d\d|\s?[.])?|(?:19|20)\d\d-\d\d-\d\d)"
)
_TIME: Final = r"(?:[0-2]?\d[:.][0-5]\d)"
_WHEN: Final = re.compile(
    rf"(?:{_DATE}|{_TIME}|(?:19|20)\d\d)(?:[\s\-\u2013/.]+(?:{_DATE}|{_TIME}|(?:19|20)\d\d))*(?:\s?[\-\u2013]\s?\d\d?)?\.?"
)
_COUNTED: Final = "1234567890"
"""Counting aloud is no number to dial."""
_CALL: Final = re.compile(
    r"\b(?:tel|phone|call|ring|mobile|pokli|stevilk|cifr|gsm|номер|звон|телеф|numero|numer|anruf|nazov)"
    r"\w*\W+(?:\w+\W+){0,4}$"
)
_UNIT: Final = (
    r"(?!\s*(?:[.,:]?\d|min|ur[aeio]?\b|h\b|hour|let\b|leti|year|km|m\b|m2|kg|g\b|l\b|ml|eur|€|%|x\b"
    r"|ljudi|people|oseb|osob|otro|kid|child|os\b|krat|times|kos|sat|mesec|month|dni|dan|day|ted|week"
    r"|хвил|мин|год|час|чел|люд|minut|ore\b|anni|anos|horas|stunden|heures|ans\b|st\b|nd|rd|th"
    r"|\.\s*(?:nadstr|nads|raz)))"
)
_NUMBER: Final = rf"\d{{1,4}} ?[a-z]?\b{_UNIT}"
_STREET: Final = re.compile(
    rf"\b(?:cest[aeio]|ulic[aeiou]|ul\.|nabrezj[eu]|naselj[eu]|stez[aeio]|avenij[aeio]|вулиц\w+|вул\."
    rf"|улиц\w+|ул\.|просп\w*|calle|avenida|avda|bulevar\w*)\.?,?\s+(?:\w+,?\s+){{0,3}}?{_NUMBER}"
    rf"|\b\d{{1,4}}[a-z]?,?\s+(?:rue|avenue|boulevard)\s\w+"
    rf"|\b\w+(?:strasse|straße|gasse|platz|allee)\s{_NUMBER}"
    r"|\b(?:naslov|adresa|address|адрес\w*|direccion|adresse|indirizzo)\s*(?:je|is|es|ist|:)\s*"
    rf"(?:\w+\W+){{0,4}}?{_NUMBER}"
    rf"|\b(?:stanujem|zivim) na\s(?:\w+\W+){{1,4}}?{_NUMBER}"
    rf"|\bi live at\s(?:\w+\W+){{0,3}}?{_NUMBER}",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"\b\d{1,4}[a-z]?,?\s+(?:[A-Z]\w+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Square|Court)\b"
    rf"|\b[A-Z]\w+\s(?:Street|Road|Avenue|Lane|Drive|Trg|trg)\s{_NUMBER}"
    r"|\b[A-Z]\w{3,}(?:sk|ck|ev|ov)[aio]\s\d{1,3} ?[a-z]?(?=\s*(?:[,;)!]|\.?\s*$|\.\s[A-Z]))"
    rf"|\bvia\s(?:[A-Z]\w+\s)+{_NUMBER}|\b[Vv]ia\s[A-Z]\w+,?\s\d{{1,3}}\b"
)


def contact_data(text: str) -> list[str]:
    """The kinds of contact data in a text, in order of their names; empty when there is none."""
    plain = bare(text)
    return sorted(kind for kind, finds in _KINDS.items() if finds(plain))


def _is_email(plain: str) -> bool:
    return any(
        _EMAIL.search(shape) or _PROVIDER.search(shape) for shape in map(_tidied, _cases(plain))
    )


def _is_page(plain: str) -> bool:
    return any(_PAGE.search(shape) for shape in map(_tidied, _cases(plain)))


def _is_handle(plain: str) -> bool:
    return any(_HANDLE.search(_NOT_HANDLES.sub(" ", shape)) for shape in _cases(plain))


def _is_phone(plain: str) -> bool:
    text = numbered(plain)
    return any(_can_be_dialled(text, found) for found in _RUN.finditer(text))


def _is_street(plain: str) -> bool:
    return bool(_STREET.search(plain) or _NAMED.search(plain))


_KINDS: Final[dict[str, Callable[[str], bool]]] = {
    "email": _is_email,
    "handle": _is_handle,
    "page": _is_page,
    "phone": _is_phone,
    "street": _is_street,
}


def _cases(plain: str) -> tuple[str, str]:
    return plain.casefold(), latin(plain)


def _tidied(shape: str) -> str:
    """With said signs as signs: `ana at home dot net` is `ana@home.net`."""
    for said, sign in _SAID:
        shape = said.sub(sign, shape)
    return shape


def _can_be_dialled(text: str, found: re.Match[str]) -> bool:
    run = found[0].strip()
    digits = "".join(filter(str.isdigit, run))
    is_time = len(run) <= WHEN_MAX and _WHEN.fullmatch(run)
    if is_time or digits in _COUNTED:
        return False
    is_hinted = bool(_CALL.search(text[max(0, found.start() - HINT_MAX) : found.start()]))
    return len(digits) >= (HINTED_DIGITS_MIN if is_hinted else DIGITS_MIN)
