-- Everything else that is to be known about a ticket: where it belongs, labels and fields, who follows it, what it was merged into.

alter table helpdesk.tickets
    add column department_id bigint,
    add column team_id bigint,
    -- The user's when the ticket was opened: somebody who changes companies takes no tickets along.
    add column organization_id bigint,
    -- What the answer shows; the tables below are what lists filter by. Both are written in one transaction, by one repository.
    add column labels text[] not null default '{}',
    add column fields jsonb not null default '{}',
    -- Why it must not be purged; null: it may.
    add column legal_hold text,
    -- A chat or call goes on until then, unless its heartbeat moves it on.
    add column live_until timestamptz,
    -- The ticket that took over this one's messages. This one is in no list any more and leads there.
    add column merged_into bigint,
    add column reply_count integer not null default 0,
    add column first_replied_at timestamptz,
    -- What the user has waited up to now, without the wait that is going on.
    add column user_waited_ms bigint not null default 0;

alter table helpdesk.tickets no force row level security;
alter table helpdesk.messages no force row level security;
update helpdesk.tickets
set department_id = 1,
    reply_count = (
        select count(*) from helpdesk.messages
        where messages.tenant_id = tickets.tenant_id and messages.ticket_id = tickets.id and messages.kind = 'reply'
    ),
    first_replied_at = (
        select min(messages.created_at) from helpdesk.messages
        where messages.tenant_id = tickets.tenant_id and messages.ticket_id = tickets.id and messages.kind = 'reply'
    );
alter table helpdesk.tickets force row level security;
alter table helpdesk.messages force row level security;

alter table helpdesk.tickets
    alter column department_id set not null,
    add constraint tickets_department_fkey foreign key (tenant_id, department_id) references helpdesk.departments (tenant_id, id),
    add constraint tickets_team_fkey foreign key (tenant_id, team_id) references helpdesk.teams (tenant_id, id),
    add constraint tickets_organization_fkey
        foreign key (tenant_id, organization_id) references helpdesk.organizations (tenant_id, id),
    add constraint tickets_fields_object check (jsonb_typeof(fields) = 'object'),
    add constraint tickets_legal_hold_length check (char_length(legal_hold) between 1 and 1000),
    add constraint tickets_waits_positive check (user_waited_ms >= 0 and reply_count >= 0),
    drop constraint tickets_hidden_whole,
    -- A merged ticket has a `hidden_at`, so that whatever leaves hidden tickets out leaves it out, too; it is neither spam nor deleted.
    add constraint tickets_hidden_whole check (
        case
            when merged_into is null
                then (status in ('spam', 'deleted')) = (hidden_at is not null) and (hidden_at is null) = (hidden_from is null)
            else status = 'resolved' and hidden_at is not null and hidden_from is null
        end
    );

create index tickets_by_department on helpdesk.tickets (tenant_id, department_id, updated_at, id) where hidden_at is null;
create index tickets_by_team on helpdesk.tickets (tenant_id, team_id, updated_at, id) where hidden_at is null and team_id is not null;
create index tickets_by_organization on helpdesk.tickets (tenant_id, organization_id, updated_at, id)
    where hidden_at is null and organization_id is not null;
create index tickets_visible_urgency on helpdesk.tickets (tenant_id, urgency, id) where hidden_at is null;
create index tickets_by_merge on helpdesk.tickets (tenant_id, merged_into) where merged_into is not null;

-- By what lists filter, in tables of their own: array and JSON operators are not leakproof, so under row security no index would serve them.
create table helpdesk.ticket_labels (
    tenant_id bigint not null,
    ticket_id bigint not null,
    label text not null,
    constraint ticket_labels_pkey primary key (tenant_id, ticket_id, label),
    constraint ticket_labels_ticket_fkey
        foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint ticket_labels_length check (char_length(label) between 1 and 60)
);
create index ticket_labels_by_label on helpdesk.ticket_labels (tenant_id, label, ticket_id);

create table helpdesk.ticket_field_values (
    tenant_id bigint not null,
    ticket_id bigint not null,
    field_id bigint not null,
    -- As text of one form only (see FieldValue.keys); a multiple choice has a row for each. Long texts are cut: the row is found, then compared.
    value text not null,
    constraint ticket_field_values_pkey primary key (tenant_id, ticket_id, field_id, value),
    constraint ticket_field_values_ticket_fkey
        foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint ticket_field_values_field_fkey foreign key (tenant_id, field_id) references helpdesk.fields (tenant_id, id),
    constraint ticket_field_values_length check (char_length(value) <= 200)
);
create index ticket_field_values_by_value on helpdesk.ticket_field_values (tenant_id, field_id, value, ticket_id);

create table helpdesk.ticket_followers (
    tenant_id bigint not null,
    ticket_id bigint not null,
    agent_id bigint not null,
    constraint ticket_followers_pkey primary key (tenant_id, ticket_id, agent_id),
    constraint ticket_followers_ticket_fkey
        foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint ticket_followers_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id)
);
create index ticket_followers_by_agent on helpdesk.ticket_followers (tenant_id, agent_id, ticket_id);

-- Users beside the ticket's own who get what is said, and may answer.
create table helpdesk.ticket_ccs (
    tenant_id bigint not null,
    ticket_id bigint not null,
    user_id bigint not null,
    constraint ticket_ccs_pkey primary key (tenant_id, ticket_id, user_id),
    constraint ticket_ccs_ticket_fkey foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint ticket_ccs_user_fkey foreign key (tenant_id, user_id) references helpdesk.users (tenant_id, id)
);
create index ticket_ccs_by_user on helpdesk.ticket_ccs (tenant_id, user_id, ticket_id);

-- Both ways, a row each. No foreign key to the other ticket: it may be purged, and the number stays.
create table helpdesk.ticket_links (
    tenant_id bigint not null,
    ticket_id bigint not null,
    kind text not null,
    other_id bigint not null,
    constraint ticket_links_pkey primary key (tenant_id, ticket_id, kind, other_id),
    constraint ticket_links_ticket_fkey foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint ticket_links_kind_known
        check (kind in ('related', 'follow_up_of', 'followed_up_by', 'split_from', 'split_into', 'merged_from', 'merged_into')),
    constraint ticket_links_not_to_itself check (ticket_id <> other_id)
);

alter table helpdesk.tickets no force row level security;
insert into helpdesk.ticket_links (tenant_id, ticket_id, kind, other_id)
select tenant_id, id, 'follow_up_of', follow_up_of from helpdesk.tickets where follow_up_of is not null
union all
select new.tenant_id, old.id, 'followed_up_by', new.id
from helpdesk.tickets new
join helpdesk.tickets old on old.tenant_id = new.tenant_id and old.id = new.follow_up_of;
alter table helpdesk.tickets force row level security;

-- A chat or call. Numbered by the ticket's version that opened it; gone when it ends, which the history tells.
create table helpdesk.live_sessions (
    tenant_id bigint not null,
    ticket_id bigint not null,
    id bigint not null,
    kind text not null,
    agent_id bigint not null,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    constraint live_sessions_pkey primary key (tenant_id, ticket_id, id),
    constraint live_sessions_ticket_fkey foreign key (tenant_id, ticket_id) references helpdesk.tickets (tenant_id, id) on delete cascade,
    constraint live_sessions_agent_fkey foreign key (tenant_id, agent_id) references helpdesk.agents (tenant_id, id),
    constraint live_sessions_kind_known check (kind in ('chat', 'call'))
);

-- Which of a person's tokens it was done with.
alter table helpdesk.ticket_history add column token_id bigint;

select installation.protect('helpdesk.ticket_labels', 'select, insert, delete');
select installation.protect('helpdesk.ticket_field_values', 'select, insert, delete');
select installation.protect('helpdesk.ticket_followers', 'select, insert, delete');
select installation.protect('helpdesk.ticket_ccs', 'select, insert, delete');
select installation.protect('helpdesk.ticket_links', 'select, insert, delete');
select installation.protect('helpdesk.live_sessions', 'select, insert, update, delete');
-- Merging and splitting move what was said; nothing else of a message ever changes.
grant update (ticket_id) on helpdesk.messages to deskyard_app;
