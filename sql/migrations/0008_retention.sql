-- How long each helpdesk keeps its spam and its deleted tickets. `purge_at` of a hidden ticket follows from it at every moment.

create table helpdesk.purge_schedules (
    tenant_id bigint not null,
    status text not null,
    enabled boolean not null default true,
    retention_days integer not null default 30,
    constraint purge_schedules_pkey primary key (tenant_id, status),
    constraint purge_schedules_tenant_fkey foreign key (tenant_id) references installation.tenants (id),
    constraint purge_schedules_status_known check (status in ('spam', 'deleted')),
    constraint purge_schedules_retention_range check (retention_days between 0 and 3650)
);
insert into helpdesk.purge_schedules (tenant_id, status)
select id, status from installation.tenants cross join unnest(array['spam', 'deleted']) as status;

select installation.protect('helpdesk.purge_schedules', 'select, insert, update');
