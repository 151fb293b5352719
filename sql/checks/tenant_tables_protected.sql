-- Every table of the helpdesks has forced row security and exactly one policy: its own tenant, for reading and for writing. Tickets have a
-- second one that narrows it: what is visible or under legal hold is deleted by nobody.
with expected as (
    select '(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::bigint)' as condition,
        '((hidden_at IS NOT NULL) AND (legal_hold IS NULL))' as may_go
),
policies as (
    select p.polrelid, p.polcmd, p.polroles, p.polpermissive,
        pg_get_expr(p.polqual, p.polrelid) as condition, pg_get_expr(p.polwithcheck, p.polrelid) as written,
        p.polrelid = 'helpdesk.tickets'::regclass and not p.polpermissive as narrows
    from pg_policy p
)
select format('%s: %s', c.oid::regclass, fault) as fault
from pg_class c
cross join expected
cross join lateral (
    values
        (case when not c.relrowsecurity then 'row security is off' end),
        (case when not c.relforcerowsecurity then 'row security is not forced' end),
        (case
            when (select count(*) from policies p where p.polrelid = c.oid and not p.narrows) <> 1 then 'needs exactly one policy'
        end),
        (case
            when exists (
                select
                from policies p
                where p.polrelid = c.oid
                    and not p.narrows
                    and (
                        p.condition is distinct from expected.condition
                        or p.written is distinct from expected.condition
                        or p.polcmd <> '*'
                        or p.polroles <> '{0}'
                        or not p.polpermissive
                    )
            ) then 'its policy is not the tenant policy of installation.protect'
        end),
        (case
            when c.oid = 'helpdesk.tickets'::regclass
                and (
                    select count(*) <> 1
                        or bool_or(
                            p.condition is distinct from expected.may_go
                            or p.written is not null
                            or p.polcmd <> 'd'
                            or p.polroles <> '{0}'
                        )
                    from policies p
                    where p.polrelid = c.oid
                        and p.narrows
                ) then 'the policy that keeps visible and held tickets is not that of migration 0010'
        end)
) as faults (fault)
where c.relnamespace = 'helpdesk'::regnamespace
    and c.relkind in ('r', 'p')
    and fault is not null
