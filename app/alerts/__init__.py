"""Alerts: what the safeguarding staff should look at, as numbers; shown to nobody else.

An alert says that somebody's hours or contacts show a pattern that can mean exploitation, or that
one of the staff looks at unusually many people. It is a reason to look, not a finding: the person
may be the one who is being used. Always true: nothing happens to the member, and no answer to any
member depends on it; of one kind there is one open alert a member (`ix_alert_open`) and one of the
staff (`ix_alert_open_of_staff`); a closed one names who closed it, when and why
(`ck_alert_closed_whole`); whoever it is about, or has something of their own with its people,
neither sees nor closes it. From which numbers on there is an alert is one table,
`rules.Thresholds`, which each bank's case workers may change.
"""
