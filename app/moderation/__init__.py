"""Moderation: disagreements about an exchange, resolved by a moderator who is no party to it.

Always true: an exchange has at most one dispute (`uq_dispute_bank_id_exchange_id`); reasons are
sealed; a resolved dispute names who resolved it, how and when (`ck_dispute_resolved_whole`).
"""
