-- Prefect searches with trigrams; its own user may not create the extension later.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
