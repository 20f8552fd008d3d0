"""A policy of Supabase's storage counts for the files of every bucket.

All buckets keep their files in one table, `storage.objects`. A policy that does not ask for `bucket_id` opens
those of the others, too, and of the buckets that are still to come.

```sql
-- supabase/migrations/20250101000000_files.sql
CREATE POLICY "avatars are public" ON storage.objects FOR SELECT -- want "counts for every bucket"
  USING (true);
```

```sql
-- supabase/migrations/20250101000000_files.sql
CREATE POLICY "avatars are public" ON storage.objects FOR SELECT
  USING (bucket_id = 'avatars');
CREATE POLICY "own files" ON storage.objects FOR ALL TO authenticated
  USING (owner_id = (SELECT auth.uid()::text));
```

A policy that asks whose the file is, is not reported.

Source: https://supabase.com/docs/guides/storage/security/access-control
"""

from collections.abc import Iterator

from crowsfoot import Finding, Security, rule
from crowsfoot.facts.terms import Term
from crowsfoot.link.security.terms import everything
from crowsfoot.link.security.timeline import timeline_of

# What says which files are meant.
_COLUMNS = frozenset(
    {"bucket_id", "owner", "owner_id", "name", "path_tokens", "id", "user_metadata", "metadata"}
)


@rule(over=Security, since="0.2")
def check(security: Security) -> Iterator[Finding]:
    if security.platform != "supabase":
        return
    for name, it in timeline_of(security).storage.items():
        expressions = [each for each in (it.policy.using, it.policy.check) if each is not None]
        if not it.policy.permissive or not expressions:
            continue
        if any(_COLUMNS.intersection(each.columns) or _reads_tables(each.term) for each in expressions):
            continue
        yield Finding(
            it.span,
            f'policy "{name}" on storage.objects counts for every bucket, as it does not ask for bucket_id; '
            f"add bucket_id = '...' to it",
            subject=f'"{name}" on storage.objects',
        )


def _reads_tables(term: Term | None) -> bool:
    """Whether it asks another table, which may know of buckets; None: it could not be read."""
    if term is None:
        return True
    return any(it.reading is not None and it.reading.sources for it in everything(term))
