"""Offers and requests, and the categories that they stand in.

Always true: a listing's category and area are from its bank's lists (foreign keys); only its
author changes it; others see it only through `queries.seen_by`, which carries the one visibility
predicate. A listing's place is an area, never an address. What the moderators sent away is as gone
as what was withdrawn, says to its author why (`ck_listing_decided_whole`), and only they give it
back.
"""
