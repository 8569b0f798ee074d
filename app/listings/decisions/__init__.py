"""Decisions: moderators send a listing away, and give it back where that was wrong.

Whoever decides so has read a flag about it (`app.moderation.flags`): nothing here says that there
was one. The last word stays with the listing, for its author alone.
"""
