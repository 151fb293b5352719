import Postgres
import Schema
import Support
import Testing

@Suite(.serialized) struct SchemaTests {
    private static let address = Task {
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: "deskyard_schema")
        return cluster.address(role: "deskyard_owner", database: "deskyard_schema")
    }

    @Test("no check of sql/checks finds anything")
    func checksPass() async throws {
        let faults = try await Schema.faults(on: TestInstallation.shared.value.address)
        #expect(faults.isEmpty)
        #expect(Schema.checks.count >= 7)
    }

    @Test(
        "each check finds what it is there to find",
        arguments: [
            ("tenant_tables_protected", "create table helpdesk.bare (tenant_id bigint not null, id bigint, primary key (tenant_id, id))"),
            ("tenant_tables_protected", "alter table helpdesk.tickets no force row level security"),
            ("tenant_tables_protected", "create policy other on helpdesk.tickets using (true)"),
            ("tenant_tables_protected", "drop policy only_hidden on helpdesk.tickets"),
            ("tenant_tables_protected", "alter policy only_hidden on helpdesk.tickets using (hidden_at is not null)"),
            ("tenant_tables_protected", "create policy more on helpdesk.tickets as restrictive for delete using (hidden_at is not null)"),
            ("tenant_tables_protected", "create policy narrow on helpdesk.users as restrictive for delete using (true)"),
            (
                "purge_reaches_everything",
                "create table helpdesk.child (tenant_id bigint not null, id bigint, ticket_id bigint, primary key (tenant_id, id))"
            ),
            (
                "purge_reaches_everything",
                """
                alter table helpdesk.messages drop constraint messages_ticket_fkey,
                add foreign key (tenant_id, ticket_id) references helpdesk.tickets
                """
            ),
            ("tenant_in_every_key", "create table helpdesk.keyless (tenant_id bigint not null)"),
            ("tenant_in_every_key", "create index stray on helpdesk.tickets (status)"),
            ("tenant_in_every_key", "create table helpdesk.lost (id bigint primary key)"),
            ("ready_for_citus", "alter table helpdesk.users add column at timestamptz default now()"),
            ("ready_for_citus", "alter table helpdesk.users add column number bigint generated always as identity"),
            (
                "cascades_indexed",
                """
                create table helpdesk.child (tenant_id bigint not null, id bigint, ticket_id bigint, primary key (tenant_id, id),
                foreign key (tenant_id, ticket_id) references helpdesk.tickets on delete cascade)
                """
            ),
            (
                "purge_reaches_everything",
                "create table search.child (tenant_id bigint not null, id bigint, ticket_id bigint, primary key (tenant_id, id))"
            ),
            ("tenant_in_every_key", "create table search.keyless (tenant_id bigint not null)"),
            ("tenant_in_every_key", "create index stray on search.documents using gin (words)"),
            ("ready_for_citus", "alter table search.documents add column at timestamptz default now()"),
            (
                "cascades_indexed",
                """
                create table search.child (tenant_id bigint not null, id bigint, ticket_id bigint, primary key (tenant_id, id),
                foreign key (tenant_id, ticket_id) references helpdesk.tickets on delete cascade)
                """
            ),
            ("search_is_walled", "grant select on search.documents to deskyard_app"),
            ("search_is_walled", "grant delete on search.documents to public"),
            ("search_is_walled", "grant update (words) on search.documents to deskyard_app"),
            ("search_is_walled", "alter table search.documents disable row level security"),
            ("search_is_walled", "drop policy tenant on search.documents"),
            ("search_is_walled", "create policy other on search.documents using (true)"),
            ("search_is_walled", "alter policy tenant on search.documents using (tenant_id > 0)"),
            ("search_is_walled", "alter policy tenant on search.documents with check (true)"),
            ("search_is_walled", "alter policy tenant on search.documents to deskyard_app"),
            ("search_is_walled", "create table search.bare (tenant_id bigint not null, id bigint, primary key (tenant_id, id))"),
            ("search_is_walled", "create view helpdesk.open as select tenant_id, ticket_id from search.documents with local check option"),
            (
                "search_is_walled",
                """
                create view helpdesk.wider as select tenant_id, ticket_id from search.documents
                where tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint or hidden with local check option
                """
            ),
            (
                "search_is_walled",
                """
                create view public.elsewhere as select tenant_id, ticket_id from search.documents
                where tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint with local check option
                """
            ),
            (
                "search_is_walled",
                """
                create view helpdesk.wider as select tenant_id, ticket_id from search.documents union all
                select tenant_id, ticket_id from search.documents
                where tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint
                """
            ),
            ("search_is_walled", "create materialized view helpdesk.kept as select tenant_id, ticket_id from search.documents"),
            ("search_is_walled", "alter view helpdesk.search_documents reset (check_option)"),
            ("search_is_walled", "alter view helpdesk.search_documents set (security_invoker = true)"),
            ("search_is_walled", "create function search.leak() returns bigint language sql security definer return 1"),
            ("application_role", "grant create on schema search to deskyard_app"),
            ("application_role", "grant truncate on search.documents to deskyard_app"),
            ("application_role", "grant create on schema helpdesk to deskyard_app"),
            ("application_role", "grant truncate on helpdesk.tickets to deskyard_app"),
        ])
    func checksFindFaults(check: String, change: String) async throws {
        let sql = try #require(Schema.checks.first { $0.name == check }?.sql)
        // Not in the tests' own database: whoever changes a table waits for everybody who uses it, and they for each other.
        try await ScriptSession.run(on: Self.address.value) { session in
            try session.run("begin")
            try session.run(change)
            let faults = try session.run(sql)
            #expect(!faults.isEmpty)
            try session.run("rollback")
        }
    }

    @Test("migrations are numbered without gaps and say in their first line why they are")
    func migrationsSayWhy() {
        #expect(Schema.migrations.map(\.version) == Array(1...Schema.migrations.count))
        for migration in Schema.migrations { #expect(migration.sql.hasPrefix("-- "), "\(migration.name)") }
    }
}
