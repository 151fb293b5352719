-- The language each helpdesk is searched in, and search documents that are written anew, piece by piece: first of all those of every ticket
-- that was there before there were any.

alter table helpdesk.settings
    add column search_language text not null default 'english',
    add constraint settings_search_language_known check (search_language in (
        'simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi',
        'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian',
        'spanish', 'swedish', 'tamil', 'turkish', 'yiddish'
    ));

create table helpdesk.search_rebuilds (
    tenant_id bigint not null,
    -- Whose tickets; 0: everybody's. No foreign key: the number says it.
    user_id bigint not null,
    -- The last number that was given to a ticket when the first piece began, and how many tickets there were; null: it has yet to begin.
    through_ticket bigint,
    tickets_total bigint,
    -- When that was, by the database's clock: what others began before may still write by what was set before.
    begun_at timestamptz,
    -- Up to there all are done, but those that were locked when it was their turn.
    last_ticket bigint not null default 0,
    passed_over bigint[] not null default '{}',
    tickets_done bigint not null default 0,
    -- How many go at a time; null: as many as at the start.
    batch integer,
    started_at timestamptz not null,
    finished_at timestamptz,
    constraint search_rebuilds_pkey primary key (tenant_id, user_id),
    constraint search_rebuilds_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint search_rebuilds_beginning_whole
        check ((through_ticket is null) = (begun_at is null) and (tickets_total is null) = (begun_at is null)),
    constraint search_rebuilds_end_whole check (finished_at is null or begun_at is not null)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200);

insert into helpdesk.search_rebuilds (tenant_id, user_id, started_at)
select id, 0, now()
from installation.tenants;

-- The last class, upkeep: whoever waits for something is served first.
insert into installation.jobs (tenant_id, kind, class, payload, state, turn, run_at, enqueued_at)
select id, 'rebuild_search', 5, '{}', 'ready', installation.next_turn(id, 5), now(), now()
from installation.tenants
order by id;

-- How far an operator who has the documents of all helpdesks written anew has come; no row: nobody is at it.
create table installation.search_sweeps (
    is_only boolean not null default true,
    -- In the order of their short names, up to here all are done.
    last_slug text not null,
    started_at timestamptz not null,
    constraint search_sweeps_pkey primary key (is_only),
    constraint search_sweeps_one check (is_only)
);
grant select, insert, update, delete on installation.search_sweeps to deskyard_app;

select installation.protect('helpdesk.search_rebuilds', 'select, insert, update, delete');
