"""The page's part for administrators of documents: what is shown of index/keeping, and the routes under /library."""
