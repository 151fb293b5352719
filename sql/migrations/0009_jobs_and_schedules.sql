-- Work that is done behind the requests, and when: a queue and a timetable in plain tables beside the helpdesks', because workers serve all of them.

create sequence installation.job_ids;

-- What waits or runs, and nothing else: a job that is done leaves, one that failed for good moves to dead_jobs.
create table installation.jobs (
    id bigint not null default nextval('installation.job_ids'),
    -- 0: the installation's own. No foreign key: it would lock the tenant's row with each job.
    tenant_id bigint not null,
    kind text not null,
    -- Order of urgency, 1 first (see Domain/Jobs/JobClass.swift).
    class smallint not null,
    payload jsonb not null,
    -- While a job with this key is here, another one is not taken in.
    unique_key text,
    -- delayed: not before run_at; ready: as soon as somebody is free.
    state text not null,
    -- When it is its tenant's turn in its class, and the order within a turn (see installation.next_turn).
    turn bigint not null default 0,
    place bigint not null default nextval('installation.job_ids'),
    run_at timestamptz not null,
    enqueued_at timestamptz not null,
    attempt smallint not null default 0,
    worker_id bigint,
    started_at timestamptz,
    is_cancelled boolean not null default false,
    -- Why the last attempt failed.
    error text,
    constraint jobs_pkey primary key (id),
    constraint jobs_class_range check (class between 1 and 5),
    constraint jobs_state_known check (state in ('delayed', 'ready', 'running')),
    constraint jobs_running_whole check ((state = 'running') = (worker_id is not null)),
    constraint jobs_key_length check (char_length(unique_key) between 1 and 200)
) with (
    -- Every row is updated once and deleted soon: vacuum often, and do not wait in between.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000, autovacuum_vacuum_cost_delay = 0
);
create unique index jobs_unique_key on installation.jobs (tenant_id, unique_key) where unique_key is not null;
-- The second conditions are always true, and each query of a line says its own: so there is one index for each. By its costs the planner
-- cannot tell them apart while it takes the queue for empty, and it does so for a minute after the queue has filled.
create index jobs_ready on installation.jobs (class, turn, place) where state = 'ready' and place > 0;
create index jobs_ready_of_tenant on installation.jobs (class, tenant_id, turn) where state = 'ready' and turn >= 0;
create index jobs_delayed on installation.jobs (run_at) where state = 'delayed';
create index jobs_running on installation.jobs (worker_id) where state = 'running';

-- Up to which turn each class has come. Sequences, because they are written in place: no row to lock, nothing to vacuum.
create sequence installation.job_turns_1;
create sequence installation.job_turns_2;
create sequence installation.job_turns_3;
create sequence installation.job_turns_4;
create sequence installation.job_turns_5;

-- Fair shares by virtual time, after start-time fair queueing (Goyal, Vin and Cheng, 1996): a job gets the turn after the last one its tenant
-- waits for, and no earlier one than is being served. So who brings a hundred thousand jobs has them spread over as many turns, and whoever
-- comes with one is served in the next; and a claim is the front of one index, however many tenants wait.
create function installation.next_turn(tenant bigint, job_class integer) returns bigint
language sql stable as $$
    select greatest(served.turn, coalesce((
        select max(jobs.turn)
        from installation.jobs
        where jobs.state = 'ready'
            and jobs.class = job_class
            and jobs.tenant_id = tenant
            and jobs.turn > served.turn
            and jobs.turn >= 0
    ), 0)) + 1
    from (select coalesce(pg_sequence_last_value(('installation.job_turns_' || job_class)::regclass), 0) as turn) as served
$$;
revoke all on function installation.next_turn(bigint, integer) from public;
grant execute on function installation.next_turn(bigint, integer) to deskyard_app;

-- What failed as often as it may. Operators look at it, have it done again, or throw it away.
create table installation.dead_jobs (
    id bigint not null,
    tenant_id bigint not null,
    kind text not null,
    class smallint not null,
    payload jsonb not null,
    unique_key text,
    attempts smallint not null,
    enqueued_at timestamptz not null,
    died_at timestamptz not null,
    error text not null,
    constraint dead_jobs_pkey primary key (id)
);

create sequence installation.worker_ids;

-- The processes that work. One that has not been seen for some seconds is dead, and its jobs go on elsewhere.
create table installation.workers (
    id bigint not null default nextval('installation.worker_ids'),
    host text not null,
    process integer not null,
    slots integer not null,
    started_at timestamptz not null,
    -- By the database's clock: those of several machines differ.
    seen_at timestamptz not null,
    constraint workers_pkey primary key (id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- What is to be done at a local time of day, again and again.
create table installation.schedules (
    tenant_id bigint not null,
    kind text not null,
    -- Minute of the local day.
    at_minute smallint not null,
    time_zone text not null,
    -- Null: switched off.
    next_run_at timestamptz,
    last_run_at timestamptz,
    -- From when on something that should have been done is overdue, when it was last looked at; null: nothing will be.
    due_from timestamptz,
    -- When it was last looked at for that.
    checked_at timestamptz,
    constraint schedules_pkey primary key (tenant_id, kind),
    constraint schedules_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint schedules_at_range check (at_minute between 0 and 1439)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
create index schedules_due on installation.schedules (next_run_at) where next_run_at is not null;
create index schedules_to_check on installation.schedules (checked_at nulls first);
create index schedules_overdue on installation.schedules (due_from) where due_from is not null;

insert into installation.schedules (tenant_id, kind, at_minute, time_zone, next_run_at)
select id, kind, 180, time_zone,
    -- Tomorrow night; from then on the service says when.
    ((now() at time zone known)::date + 1 + time '03:00') at time zone known + make_interval(secs => id % 300)
from installation.tenants
-- The service takes a few names that the server does not.
cross join lateral (select coalesce((select name from pg_timezone_names where name = time_zone), 'UTC') as known) as zone
cross join unnest(array['purge_spam', 'purge_deleted']) as kind;

grant select, insert, update, delete on installation.jobs, installation.dead_jobs, installation.workers, installation.schedules
    to deskyard_app;
grant usage on sequence installation.job_ids, installation.worker_ids to deskyard_app;
grant select, update on sequence installation.job_turns_1, installation.job_turns_2, installation.job_turns_3, installation.job_turns_4,
    installation.job_turns_5 to deskyard_app;
