"""The life of an exchange: an agreed service between a giver and a receiver.

Words: *proposed* waits for the other side; *accepted* holds the receiver's minutes; *delivered* is
the giver's word with the actual minutes; *settled* is the receiver's, and the minutes move.

Always true: who may take which step when is one table (`rules.LIFE`); giver and receiver differ
(`ck_exchange_two_people`); an exchange that holds minutes names its hold, and the books end a hold
once; whatever a step changes commits with what the books write.
"""
