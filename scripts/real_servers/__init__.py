"""Programs written by others, and what must hold when the product talks to them."""
