-- The service's role owns nothing, bypasses nothing, and can create nothing.
select 'deskyard_app is superuser, may bypass row security, or may create roles or databases' as fault
from pg_roles
where rolname = 'deskyard_app'
    and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
union all
select 'there is no role deskyard_app'
where not exists (select from pg_roles where rolname = 'deskyard_app')
union all
select format('deskyard_app is a member of %s', r.rolname)
from pg_auth_members m
join pg_roles r on r.oid = m.roleid
where m.member = (select oid from pg_roles where rolname = 'deskyard_app')
union all
select format('deskyard_app owns %s', c.oid::regclass)
from pg_class c
where c.relowner = (select oid from pg_roles where rolname = 'deskyard_app')
union all
select format('deskyard_app may create in schema %s', n.nspname)
from pg_namespace n
where n.nspname in ('public', 'installation', 'helpdesk', 'search')
    and has_schema_privilege('deskyard_app', n.oid, 'create')
union all
select format('deskyard_app may truncate, or switch triggers of, %s', c.oid::regclass)
from pg_class c
where c.relnamespace in ('installation'::regnamespace, 'helpdesk'::regnamespace, 'search'::regnamespace)
    and c.relkind in ('r', 'p')
    and has_table_privilege('deskyard_app', c.oid, 'truncate, trigger, references')
