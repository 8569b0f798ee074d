"""What the parties say in a dispute, and what the moderator asks them.

Always true: a statement is a party's or the staff's, never both (`ck_statement_one_author`); the
other party reads it only as long as they see who said it, and afterwards what they kept of it by
blocking (`app.exchanges.keeping`), or a dispute would be a way to reach somebody who wants no more
of it. It is held back as a message is. What a moderator asks is sealed for each side.
"""
