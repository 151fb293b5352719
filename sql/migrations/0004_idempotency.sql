-- The first answer to each POST that carried an Idempotency-Key, kept 24 hours and written in the transaction it answers for.

create table helpdesk.idempotency_keys (
    tenant_id bigint not null,
    token_id bigint not null,
    key text not null,
    -- SHA-256 over method, path and body: the same key with another request is a mistake of the caller.
    request_hash bytea not null,
    status smallint not null,
    etag text,
    location text,
    body text not null,
    created_at timestamptz not null,
    constraint idempotency_keys_pkey primary key (tenant_id, token_id, key),
    constraint idempotency_keys_token_fkey foreign key (tenant_id, token_id) references helpdesk.tokens (tenant_id, id),
    constraint idempotency_keys_key_length check (char_length(key) between 1 and 255)
);
create index idempotency_keys_by_age on helpdesk.idempotency_keys (tenant_id, created_at);

select installation.protect('helpdesk.idempotency_keys', 'select, insert, update, delete');
