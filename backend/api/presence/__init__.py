"""Who is here, what each looks at, and who holds what: beats in, changes out in the session's feed."""
