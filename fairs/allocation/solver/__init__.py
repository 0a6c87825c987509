"""Who stands where: candidates, a bound by linear programming, and a search over neighbourhoods.

Pure: dataclasses in, dataclasses out; no database, no clock, no language. What is heavy (numpy, scipy, OR-Tools) is
imported by those who solve, so that a web server that never does stays small.
"""
