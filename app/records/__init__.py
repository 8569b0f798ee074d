"""Records: how staff find a member, read their record, and reach them in an emergency.

Always true: every look is written down as an opening, with its reason, in the transaction that
answers it; staff do not look at themselves this way. There is no list and no search by parts of a
name. An emergency (somebody must be reached outside) needs a second person, is about one member,
is over after half an hour, and must be reviewed before its opener may ask for another
(`ck_emergency_two_people`).
"""
