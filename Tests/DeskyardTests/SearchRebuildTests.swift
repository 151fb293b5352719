import Foundation
import Glibc
import Support
import Testing

/// `deskyard search rebuild` as a process of its own, ended in every way.
@Suite("deskyard search")
struct SearchRebuildTests {
    private static let tickets = 600

    /// A helpdesk with tickets that have no documents yet, as after an update.
    private struct Desk {
        let desk: PurgeableDesk

        init() async throws { desk = try await PurgeableDesk(deleted: 50, held: 10, visible: SearchRebuildTests.tickets - 60) }

        var slug: String { desk.tenant.tenant.slug.text }

        func start(_ arguments: String...) throws -> DeskyardProcess {
            try DeskyardProcess(["search", "rebuild"] + arguments, folder: "/tmp", environment: desk.environment)
        }

        func run(_ arguments: String...) async throws -> (code: Int32?, output: String) {
            try await DeskyardProcess.run(["search", "rebuild"] + arguments, environment: desk.environment)
        }

        /// How many tickets have a document with words of their messages in it.
        func count() async throws -> Int64 {
            try await desk.number("select count(*) from search.documents where words @@ to_tsquery('english', 'words & subject')")
        }

        func done() async throws -> Int64 { try await desk.number("select coalesce(max(tickets_done), 0) from helpdesk.search_rebuilds") }

        /// Documents are written as far as the gate lets them: so nothing is over before its time, however slow the machine is.
        func shutGate() async throws {
            try await desk.write(
                """
                create table public.gate (through bigint not null);
                insert into public.gate values (0);
                create function public.linger() returns trigger language plpgsql security definer as $$
                begin
                    while new.ticket_id > (select through from public.gate) loop perform pg_sleep(0.005); end loop;
                    return new;
                end $$;
                grant execute on function public.linger() to deskyard_app;
                create trigger linger before insert on search.documents for each row execute function public.linger();
                """)
        }

        /// Whether somebody stands before the gate.
        func isWaiting() async throws -> Bool {
            try await desk.number(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and usename = 'deskyard_app' and wait_event = 'PgSleep'
                """) > 0
        }

        func openGate(through ticket: Int64) async throws { try await desk.write("update public.gate set through = \(ticket)") }
    }

    @Test("Every command explains itself, with examples", arguments: [[], ["rebuild"]])
    func help(command: [String]) async throws {
        let result = try await DeskyardProcess.run(["search"] + command + ["--help"])
        #expect(result.code == 0)
        #expect(result.output.contains("USAGE: deskyard search") && result.output.contains("EXAMPLES"), "\(result.output)")
    }

    @Test("It writes the documents of all tickets, of one helpdesk or of all, and says how many")
    func everything() async throws {
        let desk = try await Desk()
        let one = try await desk.run("--tenant", desk.slug)
        #expect(one.code == 0)
        #expect(one.output.contains("\(desk.slug): 600 tickets\n"), "\(one.output)")
        #expect(one.output.contains("600 of 600 tickets (100%)"), "\(one.output)")
        #expect(one.output.contains("\n\(desk.slug)\t600\t"), "\(one.output)")
        let count = try await desk.count()
        #expect(count == Int64(Self.tickets))

        try await desk.desk.write("update search.documents set words = ''")
        let all = try await desk.run()
        #expect(all.code == 0 && all.output.contains("\n\(desk.slug)\t600\t"), "\(all.output)")
        let again = try await desk.count()
        #expect(again == Int64(Self.tickets))
        let sweeps = try await desk.desk.number("select count(*) from installation.search_sweeps")
        #expect(sweeps == 0)

        let nobody = try await desk.run("--tenant", "nobody")
        #expect(nobody.code == 1 && nobody.output.contains("There is no helpdesk nobody."), "\(nobody.output)")
        await desk.desk.close()
    }

    @Test("Killed with -9 three times in the middle of a piece, it goes on where it was and does every ticket once")
    func killed() async throws {
        let desk = try await Desk()
        try await desk.shutGate()
        for _ in 1...3 {
            // In the middle of the second piece of each process: the first one is 50 tickets, or as many as we say.
            let before = try await desk.done()
            try await desk.desk.write("update helpdesk.search_rebuilds set batch = 50")
            try await desk.openGate(through: before + 57)
            let process = try desk.start("--tenant", desk.slug)
            try await waitUntil {
                guard process.isRunning else { throw DeskyardProcess.Failure(output: process.output) }
                let done = try await desk.done()
                return try await desk.isWaiting() && done == before + 50
            }
            let done = try await desk.done()
            process.signal(SIGKILL)
            let code = try await process.waitForExit()
            #expect(code == nil)
            // The server notices only when it is done that nobody waits for it.
            try await desk.desk.write(
                """
                select pg_terminate_backend(pid, 10000) from pg_stat_activity
                where usename = 'deskyard_app' and wait_event = 'PgSleep' and datname = current_database()
                """)
            let kept = try await desk.done()
            #expect(kept == done)
            let written = try await desk.desk.number("select count(*) from search.documents")
            #expect(written == done)
        }
        try await desk.openGate(through: .max)
        let last = try await desk.run("--tenant", desk.slug)
        #expect(last.code == 0)
        #expect(last.output.contains("\(desk.slug): going on after"), "\(last.output)")
        let all = try await desk.count()
        #expect(all == Int64(Self.tickets))
        let done = try await desk.done()
        #expect(done == Int64(Self.tickets))
        await desk.desk.close()
    }

    @Test("Ctrl-C ends it after the piece in hand, and it says how to go on")
    func interrupted() async throws {
        let desk = try await Desk()
        try await desk.shutGate()
        try await desk.openGate(through: 57)
        let process = try desk.start()
        try await waitUntil {
            guard process.isRunning else { throw DeskyardProcess.Failure(output: process.output) }
            return try await desk.isWaiting()
        }
        let before = try await desk.done()
        process.signal(SIGINT)
        try await desk.openGate(through: .max)
        let code = try await process.waitForExit()
        #expect(code == 130)
        #expect(process.output.contains("to go on: deskyard search rebuild\n"), "\(process.output)")
        let after = try await desk.done()
        #expect(after > before && after < Int64(Self.tickets))
        let sweeps = try await desk.desk.number("select count(*) from installation.search_sweeps")
        #expect(sweeps == 1)
        let rest = try await desk.run()
        #expect(rest.code == 0 && rest.output.contains("\n\(desk.slug)\t\(Int64(Self.tickets) - after)\t"), "\(rest.output)")
        let all = try await desk.count()
        #expect(all == Int64(Self.tickets))
        await desk.desk.close()
    }

    @Test("Helpdesks that are done are not done again when it goes on with the rest")
    func sweep() async throws {
        let desk = try await Desk()
        try await desk.desk.write(
            "insert into installation.search_sweeps (last_slug, started_at) values ('\(desk.slug)', now())")
        let rest = try await desk.run()
        #expect(rest.code == 0 && rest.output.contains("going on after \(desk.slug)"), "\(rest.output)")
        let none = try await desk.count()
        #expect(none == 0)
        try await desk.desk.write(
            "insert into installation.search_sweeps (last_slug, started_at) values ('\(desk.slug)', now())")
        let all = try await desk.run("--from-start")
        #expect(all.code == 0)
        let count = try await desk.count()
        #expect(count == Int64(Self.tickets))
        await desk.desk.close()
    }
}
