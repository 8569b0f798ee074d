"""How often single operations may be asked, where the limit of their kind is too wide.

By login, or by address prefix where nobody is signed in; shared by all processes as every count
(`app.kit.limits`). TIMEBANK_RATE_OPERATIONS_FACTOR multiplies them all.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.kit.limits import Limit

_HOUR: Final = 60 * 60

CEILINGS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        # Whoever holds an open session makes ways in of their own.
        "begin_second_factor": Limit(10, _HOUR),
        "print_recovery_codes": Limit(10, _HOUR),
        # Strangers fill the coordinator's queue, or try codes.
        "join": Limit(30, _HOUR),
        "begin_recovery": Limit(20, _HOUR),
        "finish_recovery": Limit(20, _HOUR),
        # Many doors: text and proposals in a mass; addresses tried as blocks.
        "post_listing": Limit(60, _HOUR),
        "propose_exchange": Limit(60, _HOUR),
        "write_message": Limit(240, _HOUR),
        "block_contact": Limit(30, _HOUR),
        "get_my_export": Limit(6, _HOUR),
        # Staff look at one person after another.
        "look_up_member": Limit(60, _HOUR),
        "get_record": Limit(120, _HOUR),
        "get_sealed": Limit(60, _HOUR),
        "ask_for_emergency": Limit(6, _HOUR),
        "open_contact": Limit(12, _HOUR),
        "give_recovery_code": Limit(20, _HOUR),
        "export_journal": Limit(12, _HOUR),
    }
)
