"""Public money: rules of support, grants with a copy of their rule, and the check that nobody is supported twice."""
