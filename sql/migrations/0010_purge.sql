-- Spam and deleted tickets go for good: what finds them, what may take them, and what stays when they are gone.

-- Beside the tenant's policy a second one that only narrows: whatever the service does, a visible or held ticket cannot be deleted.
-- What hangs on a ticket goes with it, by its foreign key; of that the service can delete nothing by itself.
grant delete on helpdesk.tickets to deskyard_app;
create policy only_hidden on helpdesk.tickets as restrictive for delete using (hidden_at is not null and legal_hold is null);

-- In the order in which they are due. Held tickets stand apart, so that a purge never reads past them.
create index tickets_purgeable on helpdesk.tickets (tenant_id, status, hidden_at, id)
    where hidden_from is not null and legal_hold is null;
create index tickets_held on helpdesk.tickets (tenant_id, status, hidden_at, id)
    where hidden_from is not null and legal_hold is not null;

alter table helpdesk.purge_schedules add column version bigint not null default 1;
alter table helpdesk.counters add column purge_runs bigint not null default 0;

create table helpdesk.purge_runs (
    tenant_id bigint not null,
    id bigint not null,
    status text not null,
    scope text not null,
    trigger text not null,
    state text not null,
    -- Who asked for it; null: the schedule.
    agent_id bigint,
    -- The schedule's moment it was for: one run for each, whatever happens.
    slot timestamptz,
    -- The least that was kept to: a change of the schedule on the way holds for the rest.
    retention_days integer not null,
    -- The latest moment up to which tickets were taken.
    hidden_until timestamptz,
    purged bigint not null default 0,
    held bigint not null default 0,
    messages bigint not null default 0,
    attachments bigint not null default 0,
    bytes bigint not null default 0,
    -- Up to where tickets were taken, how often from the start, and how many go at a time.
    position_at timestamptz,
    position_id bigint,
    pass smallint not null default 1,
    batch integer not null,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    constraint purge_runs_pkey primary key (tenant_id, id),
    constraint purge_runs_slot_key unique (tenant_id, status, slot),
    constraint purge_runs_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint purge_runs_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint purge_runs_status_known check (status in ('spam', 'deleted')),
    constraint purge_runs_scope_known check (scope in ('due', 'all')),
    constraint purge_runs_trigger_known check (trigger in ('schedule', 'manual')),
    constraint purge_runs_trigger_whole check ((trigger = 'schedule') = (slot is not null) and (trigger = 'manual') = (agent_id is not null)),
    constraint purge_runs_state_known check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    constraint purge_runs_end_whole check ((state in ('done', 'failed', 'cancelled')) = (finished_at is not null))
) with (fillfactor = 70);
-- Two at once would only take tickets away from each other.
create unique index purge_runs_one_at_a_time on helpdesk.purge_runs (tenant_id, status) where finished_at is null;

-- What every run leaves behind. Nothing here is ever changed; each receipt's hash covers the one before.
create table helpdesk.purge_receipts (
    tenant_id bigint not null,
    number bigint not null,
    run_id bigint not null,
    status text not null,
    scope text not null,
    trigger text not null,
    state text not null,
    retention_days integer not null,
    hidden_until timestamptz not null,
    purged bigint not null,
    held bigint not null,
    messages bigint not null,
    attachments bigint not null,
    bytes bigint not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    previous_hash bytea not null,
    hash bytea not null,
    constraint purge_receipts_pkey primary key (tenant_id, number),
    constraint purge_receipts_run_key unique (tenant_id, run_id),
    constraint purge_receipts_run_fkey foreign key (tenant_id, run_id) references helpdesk.purge_runs (tenant_id, id),
    constraint purge_receipts_hash_length check (octet_length(hash) = 32 and octet_length(previous_hash) = 32)
);

-- What is known of purged tickets, by the day (UTC) of what happened: reports add it to what is still there, and do not change.
create table helpdesk.daily_totals (
    tenant_id bigint not null,
    day date not null,
    -- created, resolved, first_reply; reply, user_message, note
    measure text not null,
    -- What the tickets were purged as.
    status text not null,
    department_id bigint not null,
    channel text not null,
    count bigint not null,
    -- Of first replies: how long they took, in sum.
    milliseconds bigint not null,
    constraint daily_totals_pkey primary key (tenant_id, day, measure, status, department_id, channel),
    constraint daily_totals_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint daily_totals_measure_known
        check (measure in ('created', 'resolved', 'first_reply', 'reply', 'user_message', 'note')),
    constraint daily_totals_status_known check (status in ('spam', 'deleted'))
) with (fillfactor = 80);

-- SHA-256 of a mail's Message-ID and body: of what came by mail, and of what of it was purged, so that it does not come back.
alter table helpdesk.messages
    add column mail_digest bytea,
    add constraint messages_mail_digest_length check (octet_length(mail_digest) = 32);
create table helpdesk.purged_mails (
    tenant_id bigint not null,
    digest bytea not null,
    purged_at timestamptz not null,
    constraint purged_mails_pkey primary key (tenant_id, digest),
    constraint purged_mails_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint purged_mails_digest_length check (octet_length(digest) = 32)
);

-- The answer kept for a repeated request shows the ticket it was about, and goes with it.
alter table helpdesk.idempotency_keys
    add column ticket_id bigint,
    add constraint idempotency_keys_ticket_fkey
        foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade;
create index idempotency_keys_by_ticket on helpdesk.idempotency_keys (tenant_id, ticket_id);

select installation.protect('helpdesk.purge_runs', 'select, insert, update');
select installation.protect('helpdesk.purge_receipts', 'select, insert');
select installation.protect('helpdesk.daily_totals', 'select, insert, update');
select installation.protect('helpdesk.purged_mails', 'select, insert');

-- Weeks of hiding and purging must not bloat what is read all day. By default a table is vacuumed when a fifth of it is dead: at 50 million
-- messages that is 10 million. Here it is a fiftieth, at a pace that keeps up with a purge; large bodies lie in a table of their own (toast).
do $$
declare
    busy text;
begin
    foreach busy in array array['tickets', 'messages', 'ticket_history', 'ticket_labels', 'ticket_field_values', 'ticket_followers',
        'ticket_ccs', 'ticket_links', 'idempotency_keys']
    loop
        execute format(
            'alter table helpdesk.%I set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,'
            ' autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02,'
            ' autovacuum_vacuum_cost_limit = 2000, autovacuum_vacuum_cost_delay = 1)', busy);
    end loop;
end
$$;
alter table helpdesk.tickets set (toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_cost_limit = 2000);
alter table helpdesk.messages set (toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_cost_limit = 2000);
alter table helpdesk.ticket_history set (toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_cost_limit = 2000);
-- Counters and live sessions are small and written all the time.
alter table helpdesk.counters set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200);
alter table helpdesk.live_sessions set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
