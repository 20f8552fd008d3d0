"""The tables that the models of a program make, as databases of the project."""
