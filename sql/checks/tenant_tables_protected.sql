-- Every table of the helpdesks has forced row security and exactly one policy: its own tenant, for reading and for writing.
with expected as (
    select '(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::bigint)' as condition
)
select format('%s: %s', c.oid::regclass, fault) as fault
from pg_class c
cross join expected
cross join lateral (
    values
        (case when not c.relrowsecurity then 'row security is off' end),
        (case when not c.relforcerowsecurity then 'row security is not forced' end),
        (case when (select count(*) from pg_policy p where p.polrelid = c.oid) <> 1 then 'needs exactly one policy' end),
        (case
            when exists (
                select
                from pg_policy p
                where p.polrelid = c.oid
                    and (
                        pg_get_expr(p.polqual, p.polrelid) is distinct from expected.condition
                        or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from expected.condition
                        or p.polcmd <> '*'
                        or p.polroles <> '{0}'
                    )
            ) then 'its policy is not the tenant policy of installation.protect'
        end)
) as faults (fault)
where c.relnamespace = 'helpdesk'::regnamespace
    and c.relkind in ('r', 'p')
    and fault is not null
