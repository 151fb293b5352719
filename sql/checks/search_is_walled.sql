-- The tables of schema search serve words with their indexes because no policy stands before the conditions of a search. So their wall is
-- another: the application reaches none of them but through views of schema helpdesk, which have the tenant in their own text.
with expected as (
    select '(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::bigint)' as condition
),
walled as (
    select c.oid, c.relowner, c.relrowsecurity
    from pg_class c
    where c.relnamespace = 'search'::regnamespace
        and c.relkind not in ('i', 'I', 't', 'c')
),
views as (
    select distinct v.oid, v.relowner, v.relnamespace, v.relkind, coalesce(v.reloptions, '{}') as options, w.relowner as table_owner,
        regexp_replace(pg_get_viewdef(v.oid), '\s+', ' ', 'g') as definition
    from walled w
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = w.oid and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite r on r.oid = d.objid
    join pg_class v on v.oid = r.ev_class
    where v.oid <> w.oid
)
select format('%s: %s', w.oid::regclass, fault) as fault
from walled w
cross join expected
cross join lateral (
    values
        (case
            when has_table_privilege(
                'deskyard_app', w.oid, 'select, insert, update, delete, truncate, references, trigger'
            ) or has_any_column_privilege('deskyard_app', w.oid, 'select, insert, update, references')
                then 'deskyard_app has a privilege on it'
        end),
        (case when not w.relrowsecurity then 'row security is off' end),
        (case
            when array(
                select pg_get_expr(p.polqual, p.polrelid)
                from pg_policy p
                where p.polrelid = w.oid
            ) is distinct from array[expected.condition] then 'needs exactly one policy, that of its tenant'
        end),
        (case
            when exists (
                select
                from pg_policy p
                where p.polrelid = w.oid
                    and (
                        p.polcmd <> '*'
                        or p.polroles <> '{0}'
                        or not p.polpermissive
                        or pg_get_expr(p.polwithcheck, p.polrelid) <> expected.condition
                    )
            ) then 'its policy is not for everything and everybody'
        end)
) as faults (fault)
where fault is not null
union all
select format('%s: %s', v.oid::regclass, fault)
from views v
cross join lateral (
    values
        (case when v.relkind <> 'v' then 'keeps what it shows' end),
        (case when v.relnamespace <> 'helpdesk'::regnamespace then 'is in another schema than helpdesk' end),
        (case
            when v.definition !~ (
                '^ SELECT \w+\.\w+(, \w+\.\w+)* FROM search\.(\w+) WHERE \(\2\.tenant_id = '
                || '\(NULLIF\(current_setting\(''app\.tenant_id''::text, true\), ''''::text\)\)::bigint\);$'
            )
                then 'is not one table with the condition of the tenant'
        end),
        (case when not v.options @> '{check_option=local}' then 'takes what it would not show' end),
        (case when v.relowner <> v.table_owner then 'is not its table''s owner''s' end),
        (case
            when exists (select from unnest(v.options) as option where option ~* '^security_invoker=(true|on|yes|1)')
                then 'reads as whoever asks'
        end)
) as faults (fault)
where fault is not null
union all
-- What a function of the owner reads, no wall stands before. This one reads nothing.
select format('%s runs as its owner', p.oid::regprocedure)
from pg_proc p
where p.pronamespace = 'search'::regnamespace
    and p.prosecdef
    and p.oid <> 'search.settle()'::regprocedure
