"""A program, evaluated and not run: what each value of each scope is, and what that sends to the database."""
