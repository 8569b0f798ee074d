"""What the parties say in a dispute, and what the moderator asks them.

Always true: a statement is a party's or the staff's, never both (`ck_statement_one_author`); the
other party reads it only as long as the two may see each other, or a dispute would be a way to
reach somebody who wants no more of it.
"""
