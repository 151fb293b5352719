-- Tickets, what was said on them, and what happened to them.

create table helpdesk.tickets (
    tenant_id bigint not null,
    id bigint not null,
    -- For subject lines and telephone: random, so that it discloses no volume and cannot be guessed.
    ref text not null,
    subject text not null,
    status text not null,
    hidden_from text,
    hidden_at timestamptz,
    user_id bigint not null,
    agent_id bigint,
    priority text not null,
    urgency smallint not null,
    channel text not null,
    -- The ticket this one continues. No foreign key: the old one may be purged, and the number stays.
    follow_up_of bigint,
    message_count integer not null,
    -- Counts changes; row `version` of the history says what the change was.
    version bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    status_changed_at timestamptz not null,
    user_waiting_since timestamptz,
    resolved_at timestamptz,
    constraint tickets_pkey primary key (tenant_id, id),
    constraint tickets_ref_key unique (tenant_id, ref),
    constraint tickets_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint tickets_user_fkey foreign key (tenant_id, user_id) references helpdesk.users (tenant_id, id),
    constraint tickets_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint tickets_status_known
        check (status in ('awaiting_agent', 'awaiting_user', 'pending', 'resolved', 'spam', 'deleted')),
    constraint tickets_hidden_whole
        check ((status in ('spam', 'deleted')) = (hidden_at is not null) and (hidden_at is null) = (hidden_from is null)),
    constraint tickets_hidden_from_visible
        check (hidden_from in ('awaiting_agent', 'awaiting_user', 'pending', 'resolved')),
    constraint tickets_resolved_whole check (coalesce(hidden_from, status) <> 'resolved' or resolved_at is not null),
    constraint tickets_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
    constraint tickets_urgency_range check (urgency between 1 and 10),
    constraint tickets_channel_known check (channel in ('api', 'email', 'form')),
    constraint tickets_subject_length check (char_length(subject) between 1 and 300),
    constraint tickets_counts_positive check (version >= 1 and message_count >= 0)
) with (fillfactor = 90);

-- Every list is answered in index order. "Visible" is spelt `hidden_at is null`, so that a hidden ticket costs no list anything.
create index tickets_visible_updated on helpdesk.tickets (tenant_id, updated_at, id) where hidden_at is null;
create index tickets_visible_created on helpdesk.tickets (tenant_id, created_at, id) where hidden_at is null;
create index tickets_by_status on helpdesk.tickets (tenant_id, status, updated_at, id);
create index tickets_by_agent on helpdesk.tickets (tenant_id, agent_id, updated_at, id) where hidden_at is null;
create index tickets_by_user on helpdesk.tickets (tenant_id, user_id, updated_at, id) where hidden_at is null;

create table helpdesk.messages (
    tenant_id bigint not null,
    ticket_id bigint not null,
    id bigint not null,
    kind text not null,
    agent_id bigint,
    user_id bigint,
    format text not null,
    body text not null,
    created_at timestamptz not null,
    constraint messages_pkey primary key (tenant_id, ticket_id, id),
    constraint messages_ticket_fkey foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint messages_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint messages_user_fkey foreign key (tenant_id, user_id) references helpdesk.users (tenant_id, id),
    constraint messages_kind_known check (kind in ('reply', 'user_message', 'note')),
    constraint messages_one_author check (num_nonnulls(agent_id, user_id) = 1),
    constraint messages_format_known check (format in ('text', 'html'))
);

create table helpdesk.ticket_history (
    tenant_id bigint not null,
    ticket_id bigint not null,
    -- The ticket's version that this change made: no gaps, no two changes in one place.
    version bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id bigint not null,
    event text not null,
    changes jsonb not null,
    message_id bigint,
    constraint ticket_history_pkey primary key (tenant_id, ticket_id, version),
    constraint ticket_history_ticket_fkey
        foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint ticket_history_actor_known check (actor_kind in ('agent', 'user')),
    constraint ticket_history_changes_list check (jsonb_typeof(changes) = 'array')
);

select installation.protect('helpdesk.tickets', 'select, insert, update');
select installation.protect('helpdesk.messages', 'select, insert');
-- The application can add to the history and read it, and nothing else.
select installation.protect('helpdesk.ticket_history', 'select, insert');
