-- The roles and the database, made once, at the first start of an empty cluster.
-- psql reads this; the passwords come from its environment and stand in no file.
-- The owner migrates; the application gets what `timebank db upgrade` grants it, and no more.
-- Of its two roles, timebank_app is for staff and for whoever serves all in one process;
-- timebank_members is for processes that serve members only (TIMEBANK_SURFACE=members).
\set ON_ERROR_STOP on
-- A statement that fails is not repeated in the server's log: the next ones hold passwords.
SET log_min_error_statement = panic;
SET log_statement = none;
\getenv owner_password TIMEBANK_OWNER_PASSWORD
\getenv app_password TIMEBANK_APP_PASSWORD
\getenv members_password TIMEBANK_MEMBERS_PASSWORD

CREATE ROLE timebank_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE timebank_app LOGIN NOINHERIT PASSWORD :'app_password';
CREATE ROLE timebank_members LOGIN NOINHERIT PASSWORD :'members_password';
-- Reads the sealed record of the programme; timebank_app becomes it only to open one,
-- and timebank_members cannot.
CREATE ROLE timebank_sealed NOLOGIN;
GRANT timebank_sealed TO timebank_app;
CREATE DATABASE timebank OWNER timebank_owner;
REVOKE ALL ON DATABASE timebank FROM PUBLIC;
GRANT CONNECT ON DATABASE timebank TO timebank_app, timebank_members;
-- What people write never reaches the server's log: no row that breaks a rule, no value of a
-- statement, no statement.
ALTER DATABASE timebank SET log_error_verbosity = terse;
ALTER DATABASE timebank SET log_min_error_statement = panic;
ALTER DATABASE timebank SET log_parameter_max_length = 0;
ALTER DATABASE timebank SET log_parameter_max_length_on_error = 0;
