"""Partner banks: hours for a service that somebody of another time bank gave.

Words: an *agreement* is one bank's own consent to clear hours with a partner, with limits of its
own; a *transfer* takes hours from a member here to a giver there; an *arrival* is what the partner
decided about it, once.

Each bank has a clearing account for each partner, and no transaction writes two banks' books: the
first deed moves the hours from the payer to the clearing account and holds them there; the second,
in the other bank, moves them from its clearing account to the giver; the third ends the hold here,
or moves the hours back when the partner refused.

Always true, and by what:
- a transfer arrives once, however often it is delivered: `pk_transfer_arrival`;
- it ends once, delivered or returned: its hold ends once (`pk_hold_end`);
- no more goes to a partner or comes from there than was agreed: the clearing account's limits
  (`ck_account_floor`, `ck_account_ceiling`);
- it can always be returned: it is held on the clearing account (`ck_account_floor`);
- the two clearing accounts mirror each other, less what is on its way: V13 of the proof;
- a refusal says nothing about the other bank's members: its reason is written nowhere.
"""
