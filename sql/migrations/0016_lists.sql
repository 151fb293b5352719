-- Lists whose filter no index had: in a large helpdesk they went through all tickets where little or nothing matched.

create index tickets_by_priority on helpdesk.tickets (tenant_id, priority, updated_at, id) where hidden_at is null;

-- What waits for somebody to take it, which is all that some agents see of others' tickets.
create index tickets_unassigned on helpdesk.tickets (tenant_id, department_id, updated_at, id)
    where hidden_at is null and agent_id is null and team_id is null;

-- With those of no team, which one can ask for, too.
drop index helpdesk.tickets_by_team;
create index tickets_by_team on helpdesk.tickets (tenant_id, team_id, updated_at, id) where hidden_at is null;
