-- The roles and the database, made once, at the first start of an empty cluster.
-- psql reads this; the passwords come from its environment and stand in no file.
-- The owner migrates; the application gets what `timebank db upgrade` grants it, and no more.
\set ON_ERROR_STOP on
\getenv owner_password TIMEBANK_OWNER_PASSWORD
\getenv app_password TIMEBANK_APP_PASSWORD

CREATE ROLE timebank_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE timebank_app LOGIN NOINHERIT PASSWORD :'app_password';
-- Reads the sealed record of the programme; the application becomes it only to open one.
CREATE ROLE timebank_sealed NOLOGIN;
GRANT timebank_sealed TO timebank_app;
CREATE DATABASE timebank OWNER timebank_owner;
REVOKE ALL ON DATABASE timebank FROM PUBLIC;
GRANT CONNECT ON DATABASE timebank TO timebank_app;
