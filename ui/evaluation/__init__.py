"""The page's part for evaluations. The only part of ui that knows eval."""
