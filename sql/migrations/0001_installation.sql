-- What belongs to the installation and to no helpdesk: the tenants themselves, and how a token is found before its tenant is known.

create schema installation;
create schema helpdesk;
revoke all on schema public from public;
grant usage on schema public, installation, helpdesk to deskyard_app;
grant select on public.schema_migrations to deskyard_app;

-- A plain sequence, not an identity column: Citus cannot redistribute tables with one.
create sequence installation.tenant_ids;

create table installation.tenants (
    id bigint not null default nextval('installation.tenant_ids'),
    slug text not null,
    name text not null,
    time_zone text not null,
    state text not null,
    created_at timestamptz not null,
    constraint tenants_pkey primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    constraint tenants_name_length check (char_length(name) between 1 and 200),
    constraint tenants_state_known check (state in ('active', 'suspended', 'closing'))
);

create sequence installation.operator_token_ids;

create table installation.operator_tokens (
    id bigint not null default nextval('installation.operator_token_ids'),
    hash bytea not null,
    name text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint operator_tokens_pkey primary key (id),
    constraint operator_tokens_hash_key unique (hash),
    constraint operator_tokens_hash_length check (octet_length(hash) = 32)
);

-- Hashes are unique over all tenants, which no table distributed by tenant can promise; so this stands apart and holds nothing else.
-- Rows never change: whether a token still holds is read from helpdesk.tokens, in the tenant.
create table installation.token_directory (
    hash bytea not null,
    tenant_id bigint not null,
    token_id bigint not null,
    constraint token_directory_pkey primary key (hash),
    constraint token_directory_hash_length check (octet_length(hash) = 32)
);

grant select, insert, update on installation.tenants, installation.operator_tokens to deskyard_app;
grant select, insert on installation.token_directory to deskyard_app;
grant usage on sequence installation.tenant_ids, installation.operator_token_ids to deskyard_app;

-- Called by migrations for each new table of the helpdesks; sql/checks proves that none was forgotten.
-- The setting is read bare, without a sub-select, which Citus refuses; unset or empty means no row.
create function installation.protect(tenant_table regclass, privileges text) returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format(
        'create policy tenant on %s using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::bigint)'
        ' with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::bigint)', tenant_table);
    execute format('grant %s on %s to deskyard_app', privileges, tenant_table);
end
$$;
revoke all on function installation.protect(regclass, text) from public;
