"""Who is here, and who may do what where: links, members, API tokens, and the ways in."""
