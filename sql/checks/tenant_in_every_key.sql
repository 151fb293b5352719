-- Every key, foreign key and index of the helpdesks' tables, and of those of their search, starts with tenant_id, so that no row can point into another tenant and
-- every table can be distributed by tenant.
with tenant_tables as (
    select c.oid, a.attnum as tenant_column
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull and a.atttypid = 'bigint'::regtype
    where c.relnamespace in ('helpdesk'::regnamespace, 'search'::regnamespace)
        and c.relkind in ('r', 'p')
)
select format('%s has no column tenant_id bigint not null', oid::regclass) as fault
from tenant_tables
where tenant_column is null
union all
select format('%s has no primary key', oid::regclass)
from tenant_tables
where not exists (select from pg_constraint k where k.conrelid = tenant_tables.oid and k.contype = 'p')
union all
select format('%s: index %s does not start with tenant_id', t.oid::regclass, i.indexrelid::regclass)
from tenant_tables t
join pg_index i on i.indrelid = t.oid
where i.indkey[0] is distinct from t.tenant_column
union all
select format('%s: foreign key %s does not carry tenant_id on both sides', t.oid::regclass, k.conname)
from tenant_tables t
join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
left join tenant_tables target on target.oid = k.confrelid
where k.conkey[1] is distinct from t.tenant_column
    or (target.oid is not null and k.confkey[1] is distinct from target.tenant_column)
