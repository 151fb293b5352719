-- One change of many tickets: what was asked for, of which tickets, and what became of each.

alter table helpdesk.counters add column mass_actions bigint not null default 0;
alter table helpdesk.settings
    -- How long a mass action can be taken back, and how long there is a result for each of its tickets.
    add column undo_days integer not null default 7,
    add column mass_action_days integer not null default 90,
    add constraint settings_undo_days_range check (undo_days between 0 and mass_action_days),
    add constraint settings_mass_action_days_range check (mass_action_days between 1 and 3650);

create table helpdesk.mass_actions (
    tenant_id bigint not null,
    id bigint not null,
    -- A preview is a snapshot that somebody has looked at; what is done with it is a mass action of its own.
    state text not null,
    actions jsonb not null,
    -- Who asked for it; null: an operator. The token is whose rights count; that it was revoked since stops nothing.
    agent_id bigint,
    token_id bigint,
    undo_of bigint,
    retry_of bigint,
    total bigint not null,
    -- Once it is settled; before that, its parts know.
    done bigint not null default 0,
    skipped bigint not null default 0,
    failed bigint not null default 0,
    -- How many had which reason, once there is no result for each ticket any more.
    reasons jsonb,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    undo_until timestamptz,
    items_dropped_at timestamptz,
    preview_hash bytea,
    preview_until timestamptz,
    constraint mass_actions_pkey primary key (tenant_id, id),
    constraint mass_actions_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint mass_actions_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint mass_actions_state_known check (state in ('preview', 'queued', 'running', 'done', 'cancelled', 'failed')),
    constraint mass_actions_end_whole check ((state in ('done', 'cancelled', 'failed')) = (finished_at is not null)),
    constraint mass_actions_preview_whole
        check ((state = 'preview') = (preview_hash is not null) and (preview_hash is null) = (preview_until is null)),
    constraint mass_actions_actions_list check (jsonb_typeof(actions) = 'array'),
    constraint mass_actions_one_origin check (undo_of is null or retry_of is null),
    constraint mass_actions_counts_positive check (total >= 0 and done >= 0 and skipped >= 0 and failed >= 0)
) with (fillfactor = 70);
create unique index mass_actions_by_preview on helpdesk.mass_actions (tenant_id, preview_hash) where preview_hash is not null;
create index mass_actions_by_agent on helpdesk.mass_actions (tenant_id, agent_id, id);
create index mass_actions_previews on helpdesk.mass_actions (tenant_id, preview_until) where state = 'preview';
create index mass_actions_to_forget on helpdesk.mass_actions (tenant_id, finished_at) where items_dropped_at is null and finished_at is not null;
create index mass_actions_by_undone on helpdesk.mass_actions (tenant_id, undo_of) where undo_of is not null;
create index mass_actions_by_retried on helpdesk.mass_actions (tenant_id, retry_of) where retry_of is not null;

-- The snapshot, some thousand tickets a row: a million tickets are 500 rows, and whoever works on some locks one of them.
create table helpdesk.mass_action_parts (
    tenant_id bigint not null,
    mass_action_id bigint not null,
    part integer not null,
    -- In the order of their numbers; those that were locked when it was their turn stand at the end once more.
    tickets bigint[] not null,
    versions bigint[] not null,
    statuses text[] not null,
    message_counts bigint[] not null,
    size integer not null,
    -- How many of them are through.
    taken integer not null default 0,
    done integer not null default 0,
    skipped integer not null default 0,
    failed integer not null default 0,
    -- What a purge took, by status: for its receipts.
    purged jsonb,
    -- How many at a time, since more have failed; null: as many as fit.
    batch integer,
    -- How often in a row all were locked, and when to look again.
    fruitless integer not null default 0,
    not_before timestamptz,
    constraint mass_action_parts_pkey primary key (tenant_id, mass_action_id, part),
    constraint mass_action_parts_mass_action_fkey
        foreign key (tenant_id, mass_action_id) references helpdesk.mass_actions (tenant_id, id) on delete cascade,
    constraint mass_action_parts_even check (
        cardinality(tickets) = size and cardinality(versions) = size and cardinality(statuses) = size
        and cardinality(message_counts) = size and taken between 0 and size
    )
) with (fillfactor = 50);

create table helpdesk.mass_action_items (
    tenant_id bigint not null,
    mass_action_id bigint not null,
    -- No foreign key: the ticket may be purged, and what became of it stays. Of what was in it nothing is kept, but what a fault says.
    ticket bigint not null,
    outcome text not null,
    reason text,
    -- The version that the mass action made; of a ticket it left alone, the one of the snapshot.
    version bigint not null,
    faults jsonb,
    constraint mass_action_items_pkey primary key (tenant_id, mass_action_id, ticket),
    constraint mass_action_items_mass_action_fkey
        foreign key (tenant_id, mass_action_id) references helpdesk.mass_actions (tenant_id, id) on delete cascade,
    constraint mass_action_items_outcome_known check (outcome in ('done', 'skipped', 'failed')),
    constraint mass_action_items_reason_whole check ((outcome = 'done') = (reason is null))
);
create index mass_action_items_by_outcome on helpdesk.mass_action_items (tenant_id, mass_action_id, outcome, ticket)
    where outcome <> 'done';

alter table helpdesk.ticket_history
    -- No foreign key: the number says it.
    add column mass_action_id bigint,
    -- The times that hung on the status before a mass action changed it; with `changes`, all that taking it back needs.
    add column before jsonb,
    drop constraint ticket_history_actor_known,
    add constraint ticket_history_actor_known check (actor_kind in ('agent', 'user', 'operator'));

-- A purge of chosen tickets leaves a run and its receipt like any other.
alter table helpdesk.purge_runs
    add column mass_action_id bigint,
    drop constraint purge_runs_scope_known,
    add constraint purge_runs_scope_known check (scope in ('due', 'all', 'selection')),
    drop constraint purge_runs_trigger_known,
    add constraint purge_runs_trigger_known check (trigger in ('schedule', 'manual', 'operator')),
    add constraint purge_runs_selection_whole check ((scope = 'selection') = (mass_action_id is not null));

select installation.protect('helpdesk.mass_actions', 'select, insert, update, delete');
select installation.protect('helpdesk.mass_action_parts', 'select, insert, update, delete');
select installation.protect('helpdesk.mass_action_items', 'select, insert, delete');

alter table helpdesk.mass_action_items set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_limit = 2000,
    autovacuum_vacuum_cost_delay = 1);
alter table helpdesk.mass_action_parts set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200,
    toast.autovacuum_vacuum_scale_factor = 0.05);
