-- What hangs on a ticket goes with it: each table with a ticket's number has a foreign key that takes its rows along. A table without one
-- would keep something of purged tickets.
select format('%s: its rows stay when their ticket is deleted', c.oid::regclass) as fault
from pg_class c
join pg_attribute owner on owner.attrelid = c.oid and owner.attname = 'tenant_id' and not owner.attisdropped
join pg_attribute ticket on ticket.attrelid = c.oid and ticket.attname = 'ticket_id' and not ticket.attisdropped
where c.relnamespace in ('helpdesk'::regnamespace, 'search'::regnamespace)
    and c.relkind in ('r', 'p')
    and not exists (
        select
        from pg_constraint k
        where k.conrelid = c.oid
            and k.contype = 'f'
            and k.confrelid = 'helpdesk.tickets'::regclass
            and k.confdeltype = 'c'
            and k.convalidated
            and k.conkey = array[owner.attnum, ticket.attnum]
            and k.confkey = array(
                select a.attnum
                from unnest(array['tenant_id', 'id']) with ordinality as wanted (name, place)
                join pg_attribute a on a.attrelid = k.confrelid and a.attname = wanted.name
                order by wanted.place
            )
    )
