"""The Flask side: requests that end by themselves. What streams for as long as a client likes is ASGI."""
