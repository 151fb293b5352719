-- What a helpdesk wants to know about its tickets beyond what every ticket has.

create table helpdesk.fields (
    tenant_id bigint not null,
    id bigint not null,
    -- Its name in the interface; never changes, so that stored values and clients need not.
    key text not null,
    name text not null,
    type text not null,
    -- Of a choice.
    choices text[] not null default '{}',
    -- Of a number, inclusive.
    minimum double precision,
    maximum double precision,
    -- Of a text, in characters; and of its form (see Domain/Fields/Pattern.swift).
    maximum_length integer,
    pattern text,
    -- Where no department says otherwise.
    required_for_agents boolean not null default false,
    required_for_users boolean not null default false,
    version bigint not null default 1,
    created_at timestamptz not null,
    -- Not asked for any more; what tickets have of it stays.
    retired_at timestamptz,
    constraint fields_pkey primary key (tenant_id, id),
    constraint fields_key_key unique (tenant_id, key),
    constraint fields_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint fields_key_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint fields_name_length check (char_length(name) between 1 and 200),
    constraint fields_type_known check (type in ('text', 'number', 'boolean', 'date', 'choice', 'multi_choice')),
    constraint fields_choices_whole check ((type in ('choice', 'multi_choice')) = (cardinality(choices) > 0)),
    constraint fields_limits_fit check (
        (minimum is null and maximum is null or type = 'number') and (maximum_length is null and pattern is null or type = 'text')
    )
);

-- The departments a field is for, and what it is there. A field without any is for all of them.
create table helpdesk.field_departments (
    tenant_id bigint not null,
    field_id bigint not null,
    department_id bigint not null,
    required_for_agents boolean not null,
    required_for_users boolean not null,
    constraint field_departments_pkey primary key (tenant_id, field_id, department_id),
    constraint field_departments_field_fkey foreign key (tenant_id, field_id) references helpdesk.fields (tenant_id, id),
    constraint field_departments_department_fkey foreign key (tenant_id, department_id) references helpdesk.departments (tenant_id, id)
);

select installation.protect('helpdesk.fields', 'select, insert, update');
select installation.protect('helpdesk.field_departments', 'select, insert, delete');
