-- Saved filters for tickets: seven that every helpdesk has, and those that its people make.

create table helpdesk.ticket_queues (
    tenant_id bigint not null,
    -- Counted with what admins set up; the built-in ones have the first numbers, the same everywhere.
    id bigint not null,
    name text not null,
    builtin text,
    -- As they were said: `{"all": […], "any": […]}`. What they mean, Domain/Queues knows.
    criteria jsonb not null,
    -- As in the interface: `-updated_at`.
    sort text not null,
    for_everybody boolean not null,
    -- Whose it is besides; no foreign keys: teams and agents that go leave their numbers, which nobody else ever gets.
    team_ids bigint[] not null,
    agent_ids bigint[] not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint ticket_queues_pkey primary key (tenant_id, id),
    constraint ticket_queues_builtin_key unique (tenant_id, builtin),
    constraint ticket_queues_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint ticket_queues_name_length check (char_length(name) between 1 and 100),
    constraint ticket_queues_builtin_known
        check (builtin in ('mine', 'my_teams', 'unassigned', 'all_open', 'pending', 'spam', 'deleted')),
    constraint ticket_queues_criteria_object check (jsonb_typeof(criteria) = 'object'),
    -- Read whenever queues are listed or counted. What is written down takes more room than what was sent, but not four times as much.
    constraint ticket_queues_criteria_length check (octet_length(criteria::text) <= 262144),
    constraint ticket_queues_sort_known check (sort ~ '^-?(updated_at|created_at|urgency|id)$'),
    constraint ticket_queues_visibility_whole check (not for_everybody or (cardinality(team_ids) = 0 and cardinality(agent_ids) = 0))
);

-- Helpdesks that are there already get what a new one starts with: Domain/Queues/BuiltInQueue.swift.
insert into helpdesk.ticket_queues (
    tenant_id, id, name, builtin, criteria, sort, for_everybody, team_ids, agent_ids, created_at, updated_at
)
select tenants.id, built_in.id, built_in.name, built_in.builtin, built_in.criteria::jsonb, '-updated_at', true, '{}', '{}',
    tenants.created_at, tenants.created_at
from installation.tenants
cross join (
    values
        (1, 'My tickets', 'mine', '{"all": [
            {"field": "status", "op": "in", "value": ["awaiting_agent", "awaiting_user", "pending"]},
            {"field": "agent_id", "op": "is", "value": "me"}
        ], "any": []}'),
        (2, 'My teams'' tickets', 'my_teams', '{"all": [
            {"field": "status", "op": "in", "value": ["awaiting_agent", "awaiting_user", "pending"]},
            {"field": "team_id", "op": "in", "value": "my_teams"}
        ], "any": []}'),
        (3, 'Unassigned', 'unassigned', '{"all": [
            {"field": "status", "op": "in", "value": ["awaiting_agent", "awaiting_user", "pending"]},
            {"field": "agent_id", "op": "is_not_set"},
            {"field": "team_id", "op": "is_not_set"}
        ], "any": []}'),
        (4, 'All open', 'all_open', '{"all": [
            {"field": "status", "op": "in", "value": ["awaiting_agent", "awaiting_user", "pending"]}
        ], "any": []}'),
        (5, 'Pending', 'pending', '{"all": [{"field": "status", "op": "is", "value": "pending"}], "any": []}'),
        (6, 'Spam', 'spam', '{"all": [{"field": "status", "op": "is", "value": "spam"}], "any": []}'),
        (7, 'Deleted', 'deleted', '{"all": [{"field": "status", "op": "is", "value": "deleted"}], "any": []}')
) as built_in (id, name, builtin, criteria);

select installation.protect('helpdesk.ticket_queues', 'select, insert, update, delete');

-- Counts of all of somebody's queues are asked for every few seconds. What most queues ask of open tickets stands in one index, which is read
-- alone: ten thousand of them in two milliseconds instead of twenty. A change of an open ticket writes a seventh more records to the log for both.
create index tickets_open on helpdesk.tickets
    (tenant_id, status, agent_id, team_id, department_id, priority, urgency, created_at, updated_at, id)
    include (message_count, user_waiting_since)
    where hidden_at is null and status <> 'resolved';
create index tickets_waiting on helpdesk.tickets (tenant_id, user_waiting_since, agent_id, team_id, department_id, status, id)
    where hidden_at is null and user_waiting_since is not null;
