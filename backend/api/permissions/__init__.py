"""Who may do what, in one place. `table` has a line for every GraphQL root field and every HTTP route; what
has none is refused. `guard` enforces it, before anything of the field or the route runs.
"""
