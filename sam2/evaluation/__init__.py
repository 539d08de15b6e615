"""How good masks are, measured as the field measures it: J, F, clicks, and the published protocols."""
