"""Blocks: who must never meet whom, and people who are blocked before they ever join.

Words: a *block* names a member and hides the two from each other, whoever of them made it; a
*contact block* names an e-mail or a telephone that may belong to nobody here (yet), of which only a
keyed hash is kept. It hides its maker from whoever has it, and changes nothing that its maker sees:
that alone keeps it from telling whose a contact is.

Always true: a block is silent (nobody is told, no answer differs), holds from the moment it is
committed, and can name any id, so that listing one's own blocks says nothing of who exists. What a
block follows from is its `cause_id`: the blocked id itself, or the contact block that fits it.
"""
