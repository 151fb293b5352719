-- A cascade without an index on the child reads the whole child table for each parent: one such key turns a purge into hours.
select format('%s: no index supports the cascade of %s', k.conrelid::regclass, k.conname) as fault
from pg_constraint k
where k.contype = 'f'
    and k.confdeltype = 'c'
    and k.connamespace in ('helpdesk'::regnamespace, 'search'::regnamespace)
    and not exists (
        select
        from pg_index i
        where i.indrelid = k.conrelid
            and i.indpred is null
            and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
    )
