"""The categories: the project's own list of what neighbours do for each other.

Slugs never change once they are used; labels may.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Category:
    """One kind of service, in its group of related ones."""

    slug: str
    group: str
    sl: str
    en: str


_ROWS: Final = """
drive_medical        | transport | Prevoz k zdravniku             | Ride to a medical appointment
drive_errands        | transport | Prevoz po opravkih             | Ride for errands
moving               | transport | Pomoč pri selitvi              | Help with moving
shopping             | errands   | Nakupovanje                    | Shopping
meal_delivery        | errands   | Dostava obroka                 | Bringing a meal
office_escort        | errands   | Spremstvo na urade             | Going along to an office
paperwork            | errands   | Pomoč pri obrazcih             | Help with forms
slovene_lessons      | languages | Učenje slovenščine             | Slovene lessons
english_lessons      | languages | Učenje angleščine              | English lessons
other_languages      | languages | Učenje drugih jezikov          | Lessons in other languages
conversation         | languages | Pogovor v tujem jeziku         | Conversation practice
translation          | languages | Prevajanje in tolmačenje       | Translating and interpreting
math_tutoring        | learning  | Inštrukcije matematike         | Mathematics tutoring
school_help          | learning  | Pomoč pri šolskih nalogah      | Help with schoolwork
music                | learning  | Glasba                         | Music
arts_crafts          | learning  | Umetnost in rokodelstvo        | Arts and crafts
computer_help        | digital   | Pomoč z računalnikom           | Help with a computer
phone_help           | digital   | Pomoč s telefonom              | Help with a phone
web_design           | digital   | Spletne strani in oblikovanje  | Web pages and design
photography          | digital   | Fotografiranje                 | Photography
cv_writing           | work      | Pisanje življenjepisa          | Writing a CV
job_search           | work      | Pomoč pri iskanju dela         | Help with looking for work
advice               | work      | Nasvet strokovnjaka            | Professional advice
childcare            | family    | Varstvo otrok                  | Childcare
kindergarten_pickup  | family    | Prevzem iz vrtca               | Pick-up from kindergarten
elder_company        | family    | Družba starejšim               | Company for older people
pet_care             | family    | Skrb za živali                 | Pet care
cleaning             | home      | Čiščenje                       | Cleaning
cooking              | home      | Kuhanje in peka                | Cooking and baking
sewing               | home      | Šivanje in popravila oblačil   | Sewing and mending
gardening            | home      | Vrtnarjenje                    | Gardening
home_repair          | repair    | Drobna popravila doma          | Small repairs at home
painting_walls       | repair    | Pleskanje                      | Painting walls
bike_repair          | repair    | Popravilo koles                | Bicycle repair
appliance_repair     | repair    | Popravilo naprav               | Repairing appliances
haircut              | wellbeing | Striženje                      | Haircut
massage              | wellbeing | Masaža                         | Massage
yoga_fitness         | wellbeing | Joga in vadba                  | Yoga and exercise
walking_company      | wellbeing | Družba na sprehodu             | Company for a walk
events               | community | Pomoč pri dogodkih             | Help with events
other                | community | Drugo                          | Something else
"""


def _read(row: str) -> Category:
    slug, group, sl, en = (part.strip() for part in row.split("|"))
    return Category(slug, group, sl, en)


CATEGORIES: Final = {one.slug: one for one in map(_read, _ROWS.strip().splitlines())}


def siblings(slug: str) -> frozenset[str]:
    """The other categories of the same group."""
    group = CATEGORIES[slug].group
    return frozenset(one.slug for one in CATEGORIES.values() if one.group == group) - {slug}
