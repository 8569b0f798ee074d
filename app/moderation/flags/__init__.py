"""Flags: a member tells the moderators that something is wrong with a listing or an exchange.

Always true: nothing changes for whoever is flagged, and nothing tells them: not a notice, not a
list, not the log of who looked at them, not even when they are a moderator themselves. A moderator
who upholds a flag may send the listing away: its author reads why, in words of the moderator's own
(`app.listings.decisions`), and not that there was a flag. What was there to be seen is kept with
the flag, sealed with the key of the one who flagged it, so neither a change nor the leaving of the
other takes it away.
"""
