-- What would keep the helpdesks' tables, and those of their search, from being distributed by Citus: triggers, enum types, identity columns, defaults that call
-- functions, on delete set null. Each was tried on Citus 13.2 with PostgreSQL 15 and refused, or turned out a trap.
with tenant_tables as (
    select c.oid
    from pg_class c
    where c.relnamespace in ('helpdesk'::regnamespace, 'search'::regnamespace)
        and c.relkind in ('r', 'p')
)
select format('%s: trigger %s', t.tgrelid::regclass, t.tgname) as fault
from pg_trigger t
join tenant_tables on tenant_tables.oid = t.tgrelid
where not t.tgisinternal
union all
select format('%s.%s is an enum', a.attrelid::regclass, a.attname)
from pg_attribute a
join tenant_tables on tenant_tables.oid = a.attrelid
join pg_type y on y.oid = a.atttypid and y.typtype = 'e'
where not a.attisdropped
union all
select format('%s.%s is an identity column', a.attrelid::regclass, a.attname)
from pg_attribute a
join tenant_tables on tenant_tables.oid = a.attrelid
where a.attidentity <> ''
union all
select format('%s.%s has a default that calls a function', d.adrelid::regclass, a.attname)
from pg_attrdef d
join tenant_tables on tenant_tables.oid = d.adrelid
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where pg_get_expr(d.adbin, d.adrelid) ~ '\('
union all
select format('%s: %s sets null or default', k.conrelid::regclass, k.conname)
from pg_constraint k
join tenant_tables on tenant_tables.oid = k.conrelid
where k.contype = 'f'
    and (k.confdeltype in ('n', 'd') or k.confupdtype in ('n', 'd'))
