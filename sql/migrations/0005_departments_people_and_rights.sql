-- Where tickets belong, who may do what to them, and the companies users come from.

-- What admins make (departments, teams, groups, fields, organizations) is counted in one column: it is made rarely.
-- The first ten numbers are for what every helpdesk has from the start.
alter table helpdesk.counters add column configuration bigint not null default 10;

-- Moves on with every change of a right or a setting. The service remembers both by this number, and the guard in front of each transaction
-- refuses what was remembered too long.
alter table helpdesk.settings
    add column configuration_version bigint not null default 1,
    add column version bigint not null default 1;

create table helpdesk.departments (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    is_default boolean not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    -- Its hidden tickets keep it until they are purged.
    removed_at timestamptz,
    constraint departments_pkey primary key (tenant_id, id),
    constraint departments_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint departments_name_length check (char_length(name) between 1 and 200),
    constraint departments_default_stays check (not is_default or removed_at is null)
);
create unique index departments_name_key on helpdesk.departments (tenant_id, name) where removed_at is null;
create unique index departments_one_default on helpdesk.departments (tenant_id) where is_default;

create table helpdesk.organizations (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    removed_at timestamptz,
    constraint organizations_pkey primary key (tenant_id, id),
    constraint organizations_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint organizations_name_length check (char_length(name) between 1 and 200)
);
create unique index organizations_name_key on helpdesk.organizations (tenant_id, name) where removed_at is null;

-- What a user may do. Rights only add up: everyone's, those of the registered, and those of the groups a user is in.
create table helpdesk.usergroups (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    builtin text,
    rights text[] not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    constraint usergroups_pkey primary key (tenant_id, id),
    constraint usergroups_name_key unique (tenant_id, name),
    constraint usergroups_builtin_key unique (tenant_id, builtin),
    constraint usergroups_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint usergroups_name_length check (char_length(name) between 1 and 200),
    constraint usergroups_builtin_known check (builtin in ('everyone', 'registered')),
    constraint usergroups_rights_known check (rights <@ array['open_tickets', 'view_own', 'view_organization', 'reopen'])
);

-- What an agent may do. Rights only add up.
create table helpdesk.permission_groups (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    builtin text,
    rights text[] not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    constraint permission_groups_pkey primary key (tenant_id, id),
    constraint permission_groups_name_key unique (tenant_id, name),
    constraint permission_groups_builtin_key unique (tenant_id, builtin),
    constraint permission_groups_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint permission_groups_name_length check (char_length(name) between 1 and 200),
    constraint permission_groups_builtin_known check (builtin in ('everything', 'not_destructive')),
    constraint permission_groups_rights_known check (
        rights <@ array[
            'view_unassigned', 'view_others', 'reply', 'set_status', 'assign', 'edit_fields', 'delete', 'mark_spam', 'restore', 'mass_actions'
        ]
    ),
    -- Spam is purged as deleted tickets are: nobody marks it who may not delete.
    constraint permission_groups_spam_needs_delete check (not 'mark_spam' = any (rights) or 'delete' = any (rights))
);

create table helpdesk.teams (
    tenant_id bigint not null,
    id bigint not null,
    name text not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    -- Its tickets keep it; it is nobody's team any more.
    removed_at timestamptz,
    constraint teams_pkey primary key (tenant_id, id),
    constraint teams_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint teams_name_length check (char_length(name) between 1 and 200)
);
create unique index teams_name_key on helpdesk.teams (tenant_id, name) where removed_at is null;

alter table helpdesk.agents
    add column state text not null default 'active',
    -- False: only the departments in agent_departments.
    add column all_departments boolean not null default true,
    add column version bigint not null default 1,
    add constraint agents_state_known check (state in ('invited', 'active', 'suspended'));

create table helpdesk.team_members (
    tenant_id bigint not null,
    team_id bigint not null,
    agent_id bigint not null,
    constraint team_members_pkey primary key (tenant_id, team_id, agent_id),
    constraint team_members_team_fkey foreign key (tenant_id, team_id) references helpdesk.teams (tenant_id, id),
    constraint team_members_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id)
);
create index team_members_by_agent on helpdesk.team_members (tenant_id, agent_id);

create table helpdesk.agent_permission_groups (
    tenant_id bigint not null,
    agent_id bigint not null,
    permission_group_id bigint not null,
    constraint agent_permission_groups_pkey primary key (tenant_id, agent_id, permission_group_id),
    constraint agent_permission_groups_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint agent_permission_groups_group_fkey
        foreign key (tenant_id, permission_group_id) references helpdesk.permission_groups (tenant_id, id)
);
create index agent_permission_groups_by_group on helpdesk.agent_permission_groups (tenant_id, permission_group_id);

create table helpdesk.agent_departments (
    tenant_id bigint not null,
    agent_id bigint not null,
    department_id bigint not null,
    -- full: sees and works its tickets; assign: may hand tickets over to it, and does not see them there.
    access text not null,
    constraint agent_departments_pkey primary key (tenant_id, agent_id, department_id),
    constraint agent_departments_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint agent_departments_department_fkey foreign key (tenant_id, department_id) references helpdesk.departments (tenant_id, id),
    constraint agent_departments_access_known check (access in ('full', 'assign'))
);

alter table helpdesk.users
    add column organization_id bigint,
    -- Somebody who has an account, and not only wrote once.
    add column registered boolean not null default false,
    add column state text not null default 'active',
    -- Whose this address is now.
    add column merged_into bigint,
    add column version bigint not null default 1,
    add constraint users_organization_fkey foreign key (tenant_id, organization_id) references helpdesk.organizations (tenant_id, id),
    add constraint users_merged_fkey foreign key (tenant_id, merged_into) references helpdesk.users (tenant_id, id),
    add constraint users_state_known check (state in ('active', 'suspended', 'anonymised', 'merged')),
    add constraint users_merged_whole check ((state = 'merged') = (merged_into is not null));
create index users_by_organization on helpdesk.users (tenant_id, organization_id, id) where organization_id is not null;
create index users_by_merge on helpdesk.users (tenant_id, merged_into) where merged_into is not null;

create table helpdesk.user_usergroups (
    tenant_id bigint not null,
    user_id bigint not null,
    usergroup_id bigint not null,
    constraint user_usergroups_pkey primary key (tenant_id, user_id, usergroup_id),
    constraint user_usergroups_user_fkey foreign key (tenant_id, user_id) references helpdesk.users (tenant_id, id),
    constraint user_usergroups_group_fkey foreign key (tenant_id, usergroup_id) references helpdesk.usergroups (tenant_id, id)
);
create index user_usergroups_by_group on helpdesk.user_usergroups (tenant_id, usergroup_id);

alter table helpdesk.tokens
    drop constraint tokens_scopes_known,
    -- To the minute or so: written when it was not lately.
    add column last_used_at timestamptz,
    add constraint tokens_scopes_known check (
        scopes <@ array[
            'tickets:read', 'tickets:write', 'tickets:delete', 'people:read', 'people:write', 'settings:read', 'settings:write',
            'tokens:read', 'tokens:write', 'invitation:accept'
        ]
    );

-- Helpdesks that are there already get what a new one starts with. Row security binds the owner, too, so it is lifted for that.
create function installation.start_with_rights(tenant bigint, moment timestamptz) returns void
language sql as $$
    insert into helpdesk.departments (tenant_id, id, name, is_default, created_at)
    values (tenant, 1, 'General', true, moment);
    insert into helpdesk.permission_groups (tenant_id, id, name, builtin, rights, created_at)
    values
        (tenant, 1, 'Everything', 'everything', array[
            'view_unassigned', 'view_others', 'reply', 'set_status', 'assign', 'edit_fields', 'delete', 'mark_spam', 'restore', 'mass_actions'
        ], moment),
        (tenant, 2, 'Everything not destructive', 'not_destructive', array[
            'view_unassigned', 'view_others', 'reply', 'set_status', 'assign', 'edit_fields', 'restore', 'mass_actions'
        ], moment);
    insert into helpdesk.usergroups (tenant_id, id, name, builtin, rights, created_at)
    values
        (tenant, 1, 'Everyone', 'everyone', array['open_tickets', 'view_own', 'reopen'], moment),
        (tenant, 2, 'Registered', 'registered', array['open_tickets', 'view_own', 'reopen'], moment);
$$;

alter table helpdesk.agents no force row level security;
alter table helpdesk.users no force row level security;
alter table helpdesk.tokens no force row level security;
select installation.start_with_rights(id, created_at) from installation.tenants;
insert into helpdesk.agent_permission_groups (tenant_id, agent_id, permission_group_id)
select tenant_id, id, 1 from helpdesk.agents where not is_admin;
update helpdesk.users set registered = true
where exists (select from helpdesk.tokens where tokens.tenant_id = users.tenant_id and tokens.user_id = users.id);
update helpdesk.tokens
set scopes = scopes || array['people:read', 'people:write', 'settings:read', 'settings:write', 'tokens:read', 'tokens:write']
where agent_id is not null
    and scopes @> array['tickets:read', 'tickets:write', 'tickets:delete'];
alter table helpdesk.agents force row level security;
alter table helpdesk.users force row level security;
alter table helpdesk.tokens force row level security;
-- From here on the service makes them: Services/Tenants/Installation.swift.
drop function installation.start_with_rights(bigint, timestamptz);

select installation.protect('helpdesk.departments', 'select, insert, update');
select installation.protect('helpdesk.organizations', 'select, insert, update');
select installation.protect('helpdesk.usergroups', 'select, insert, update, delete');
select installation.protect('helpdesk.permission_groups', 'select, insert, update, delete');
select installation.protect('helpdesk.teams', 'select, insert, update');
select installation.protect('helpdesk.team_members', 'select, insert, delete');
select installation.protect('helpdesk.agent_permission_groups', 'select, insert, delete');
select installation.protect('helpdesk.agent_departments', 'select, insert, delete');
select installation.protect('helpdesk.user_usergroups', 'select, insert, delete');
