"""The sealed record: cohort and age band of every member, opened by a case worker only.

Always true: every approved member has exactly one record, until they are forgotten (foreign key and
primary key), all of one length (`ck_sealed_record_one_length`), none with a time; nobody else's
code imports its tables (import contract), and the application's role can add a record but not read
one: it has to become `timebank_sealed` first, which only this part does. The key is not in
PostgreSQL, and a record moved to another member does not open.

Each opening and writing is kept in a chain (append-only, `ck_sealed_opening_one_length`) that says
to whoever lacks the key neither whose it was nor who, when and why: in practice only records of
the programme are opened, so the trace would be the list of its people. The member is told in
person: a case worker reads it out (`/v1/sealed/{member_id}/openings`).
"""
