-- Two roles, made once per cluster by a superuser; running it again changes nothing.
--   deskyard_owner  migrates and owns every table; the service never connects as it
--   deskyard_app    what the service connects as: owns nothing, bypasses nothing, sees no row without a tenant
-- Passwords are yours to set: alter role deskyard_app password '…'.
do $$
begin
    if not exists (select from pg_roles where rolname = 'deskyard_owner') then
        create role deskyard_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'deskyard_app') then
        create role deskyard_app login nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    end if;
end
$$;
