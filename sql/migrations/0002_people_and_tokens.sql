-- Who acts in a helpdesk, what they prove it with, and the numbers everything in a helpdesk is counted by.

-- The last number given out of each kind. Taken in a short transaction of its own (see Repositories/Tenants/Counters.swift), because
-- a row locked until the caller's commit would line up all ticket creation of a tenant. Half of each page stays free for HOT updates.
create table helpdesk.counters (
    tenant_id bigint not null,
    tickets bigint not null default 0,
    messages bigint not null default 0,
    users bigint not null default 0,
    agents bigint not null default 0,
    tokens bigint not null default 0,
    constraint counters_pkey primary key (tenant_id),
    constraint counters_tenant_fkey foreign key (tenant_id) references installation.tenants (id)
) with (fillfactor = 50);

create table helpdesk.settings (
    tenant_id bigint not null,
    -- A user's message may reopen a resolved ticket for so many days; null: for ever, 0: never.
    reopen_days integer default 30,
    -- What a message does that comes too late.
    late_message text not null default 'follow_up',
    constraint settings_pkey primary key (tenant_id),
    constraint settings_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint settings_reopen_days_range check (reopen_days between 0 and 3650),
    constraint settings_late_message_known check (late_message in ('refuse', 'follow_up'))
);

create table helpdesk.agents (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    email text not null,
    is_admin boolean not null,
    created_at timestamptz not null,
    constraint agents_pkey primary key (tenant_id, id),
    constraint agents_email_key unique (tenant_id, email),
    constraint agents_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint agents_name_length check (char_length(name) between 1 and 200),
    constraint agents_email_lower check (email = lower(email))
);

create table helpdesk.users (
    tenant_id bigint not null,
    id bigint not null,
    name text,
    email text not null,
    created_at timestamptz not null,
    constraint users_pkey primary key (tenant_id, id),
    constraint users_email_key unique (tenant_id, email),
    constraint users_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint users_name_length check (char_length(name) between 1 and 200),
    constraint users_email_lower check (email = lower(email))
);

-- The hash itself is in installation.token_directory.
create table helpdesk.tokens (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    agent_id bigint,
    user_id bigint,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint tokens_pkey primary key (tenant_id, id),
    constraint tokens_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint tokens_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint tokens_user_fkey foreign key (tenant_id, user_id) references helpdesk.users (tenant_id, id),
    constraint tokens_one_person check (num_nonnulls(agent_id, user_id) = 1),
    constraint tokens_scopes_known check (scopes <@ array['tickets:read', 'tickets:write', 'tickets:delete'])
);
create index tokens_by_agent on helpdesk.tokens (tenant_id, agent_id) where agent_id is not null;
create index tokens_by_user on helpdesk.tokens (tenant_id, user_id) where user_id is not null;

select installation.protect('helpdesk.counters', 'select, insert, update');
select installation.protect('helpdesk.settings', 'select, insert, update');
select installation.protect('helpdesk.agents', 'select, insert, update');
select installation.protect('helpdesk.users', 'select, insert, update');
select installation.protect('helpdesk.tokens', 'select, insert, update');

-- Ends a statement with an error of ours. The guard in front of every transaction calls it when it must refuse, and only then: as a whole
-- in PL/pgSQL it took a quarter of the server's time for a read.
create function helpdesk.refuse(code text, reason text) returns void
language plpgsql as $$
begin
    raise exception '%', reason using errcode = code;
end
$$;
revoke all on function helpdesk.refuse(text, text) from public;
grant execute on function helpdesk.refuse(text, text) to deskyard_app;
