"""The asv suites of bookgen, one module for each of its parts; README.md says how to add one."""
