"""Who is asking: logins, passwords, tokens, sessions, roles.

Login: what a person signs in with (an e-mail or a sign-in code, and a password). Session: one
sign-in on one device, a row. Access token: ten minutes of proof that a session was alive when it
was issued. Refresh token: buys the next access token, once. Role: what a staff login may do.

Always true:

- A password is kept only as an argon2id hash.
- An access token carries identifiers and times, never a role, a name or an e-mail.
- An access token that verifies proves who was signed in, not who still is: the session's row
  decides on every request, so signing out works at once.
- Refresh tokens are derived from a key, never stored; a used one that comes back ends its session.
- Only `tokens.py` touches python-jose, and it accepts nothing that it would not issue itself.
"""
