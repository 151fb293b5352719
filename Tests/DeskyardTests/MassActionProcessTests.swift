import Foundation
import Glibc
import JSON
import Postgres
import Support
import Testing

/// `deskyard work` as processes of their own, killed in the middle of a mass action and of its undo.
@Suite("deskyard work at mass actions", .serialized)
struct MassActionProcessTests {
    private static let changed = 20_000
    private static let already = 100
    private static let kills = (doing: 10, undoing: 3)

    @Test("A mass action whose workers are killed with -9 ten times does everything to each ticket once, and its undo takes all of it back")
    func killed() async throws {
        let desk = try await PurgeableDesk(deleted: Self.already, held: 0, visible: Self.changed)
        try await desk.mingle()
        try await desk.slowDownWrites()
        let server = try DeskyardProcess(["serve", "--workers", "0", "--port", "0"], folder: "/tmp", environment: desk.environment)
        let reading = try await server.listens()
        let token = desk.tenant.admin.token
        let calls = Calls(reading: reading, token: token)

        var crew = Crew(desk: desk)
        for _ in 0..<4 { try crew.hire() }
        let everything: JSONValue = ["filter": ["status": ["awaiting_agent", "awaiting_user", "pending", "resolved", "spam", "deleted"]]]
        let started = try await calls.post("/v1/mass-actions", ["selection": everything, "actions": [["type": "delete"]]])
        let total = Int64(Self.changed + Self.already)
        #expect(started["total"]?.integer == total)
        async let deleted = calls.watch(started)
        try await crew.areKilled(Self.kills.doing, at: started["id"]?.integer ?? 0, of: total)
        #expect(try await figures(deleted) == [Int64(Self.changed), Int64(Self.already), 0])
        #expect(try await desk.number("select count(*) from helpdesk.tickets where status = 'deleted'") == total)
        try await expectOnce(started["id"]?.integer ?? 0, event: "deleted", version: 2, desk)
        #expect(try await desk.number("select count(*) from helpdesk.mass_action_items where reason = 'already'") == Int64(Self.already))

        let undo = try await calls.post("/v1/mass-actions/\(started["id"]?.integer ?? 0)/undo", [:])
        #expect(undo["total"]?.integer == Int64(Self.changed))
        async let undone = calls.watch(undo)
        try await crew.areKilled(Self.kills.undoing, at: undo["id"]?.integer ?? 0, of: total)
        #expect(try await figures(undone) == [Int64(Self.changed), 0, 0])
        try await expectOnce(undo["id"]?.integer ?? 0, event: "undone", version: 3, desk)

        // All columns of all tickets but two of them, which say that something was.
        let different = try await desk.write(
            """
            select coalesce(was.key, is_now.key), count(*)
            from public.tickets_before as before
            full join helpdesk.tickets as after using (tenant_id, id),
                lateral jsonb_each(to_jsonb(before) - 'version' - 'updated_at') as was
                full join jsonb_each(to_jsonb(after) - 'version' - 'updated_at') as is_now on is_now.key = was.key
            where was.value is distinct from is_now.value
            group by 1
            """)
        #expect(different.isEmpty, "\(different)")
        let versions = try await desk.write("select version, count(*) from helpdesk.tickets group by version order by version")
        #expect(versions == [["1", "\(Self.already)"], ["3", "\(Self.changed)"]])
        #expect(try await desk.number("select count(*) from helpdesk.ticket_history") == total + 2 * Int64(Self.changed))
        #expect(try await desk.number("select count(*) from helpdesk.messages") == 2 * total)
        #expect(try await desk.number("select count(*) from helpdesk.mass_action_parts") == 0)
        #expect(try await desk.number("select count(*) from installation.jobs where kind = 'mass_action'") == 0)
        #expect(try await desk.number("select count(*) from installation.dead_jobs") == 0)

        try await crew.goHome()
        server.signal(SIGTERM)
        #expect(try await server.waitForExit() == 0)
        await desk.close()
    }

    private func figures(_ massAction: JSONValue) -> [Int64?] {
        [massAction["done"], massAction["skipped"], massAction["failed"]].map { $0?.integer }
    }

    /// Each ticket has one outcome, and each that was changed one row of its history.
    private func expectOnce(_ id: Int64, event: String, version: Int, _ desk: PurgeableDesk) async throws {
        let rows = try await desk.write(
            """
            select count(*), count(distinct ticket_id), min(version), max(version), min(event), max(event)
            from helpdesk.ticket_history
            where mass_action_id = \(id)
            """)
        #expect(rows == [["\(Self.changed)", "\(Self.changed)", "\(version)", "\(version)", event, event]])
        let done = try await desk.number(
            "select count(distinct ticket) from helpdesk.mass_action_items where mass_action_id = \(id) and outcome = 'done'")
        #expect(done == Int64(Self.changed))
        let items = try await desk.number("select count(*) from helpdesk.mass_action_items where mass_action_id = \(id)")
        let total = try await desk.number("select total from helpdesk.mass_actions where id = \(id)")
        #expect(items == total)
    }
}

/// A helpdesk's admin, by HTTP.
private struct Calls: Sendable {
    let reading: DevReading
    let token: String

    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        let answer = try await reading.send("POST", path, token: token, body: body)
        #expect(answer.status == 202, "\(answer.json)")
        return answer.json
    }

    /// Follows a mass action to its end: no figure ever goes back, and none is made up.
    func watch(_ started: JSONValue) async throws -> JSONValue {
        let path = "/v1/mass-actions/\(started["id"]?.integer ?? 0)"
        var last = started
        try await waitUntil {
            // Who asks all the time is somebody whom a mass action gives way to.
            try await Task.sleep(for: .milliseconds(50))
            let now = try await reading.send("GET", path, token: token).json
            var sum: Int64 = 0
            for name in ["done", "skipped", "failed"] {
                let figure = try #require(now[name]?.integer)
                #expect(figure >= last[name]?.integer ?? 0, "\(name) was \(last), is \(now)")
                sum += figure
            }
            let total = try #require(now["total"]?.integer)
            #expect(total == started["total"]?.integer && sum <= total)
            last = now
            guard now["state"]?.string == "done" else { return false }
            #expect(sum == total)
            return true
        }
        return last
    }
}

/// The worker processes, of whom some are killed.
private struct Crew {
    let desk: PurgeableDesk
    private var processes: [DeskyardProcess] = []

    init(desk: PurgeableDesk) { self.desk = desk }

    mutating func hire() throws {
        processes.append(try DeskyardProcess(["work", "--workers", "4"], folder: "/tmp", environment: desk.environment))
    }

    /// One after the other, whoever is at this mass action, each time after it got further; and somebody new for each.
    mutating func areKilled(_ times: Int, at id: Int64, of total: Int64) async throws {
        var taken: Int64 = 0
        for time in 1...times {
            try await desk.openGate(through: total * Int64(time) / Int64(times + 1))
            try await waitUntil {
                try await Task.sleep(for: .milliseconds(50))
                return try await desk.taken(by: id) > taken
            }
            let present = processes
            var found: (worker: Int64, index: Int)?
            // The one killed last may not be missed yet.
            try await waitUntil {
                for holder in try await desk.massActionHolders() {
                    if let index = present.firstIndex(where: { $0.processID == holder.process }) { found = (holder.worker, index) }
                }
                return found != nil
            }
            let (worker, victim) = try #require(found)
            let leaving = processes.remove(at: victim)
            leaving.signal(SIGKILL)
            let code = try await leaving.waitForExit()
            #expect(code == nil)
            // Instead of waiting six seconds until it is missed.
            try await desk.write("update installation.workers set seen_at = seen_at - interval '1 minute' where id = \(worker)")
            let isRunning = try await desk.number("select count(*) from helpdesk.mass_actions where id = \(id) and state = 'running'")
            #expect(isRunning == 1, "it was over before the kill \(time)")
            taken = try await desk.taken(by: id)
            try hire()
        }
        try await desk.openGate(through: .max)
    }

    mutating func goHome() async throws {
        for process in processes { process.signal(SIGTERM) }
        for process in processes {
            let code = try await process.waitForExit()
            #expect(code == 0, "\(process.output)")
        }
        processes = []
    }
}

extension PurgeableDesk {
    /// Visible tickets of every status and some spam, and a copy of all tickets.
    fileprivate func mingle() async throws {
        try await write(
            """
            set session_replication_role = replica;
            update helpdesk.tickets
            set status = case id % 4 when 0 then 'awaiting_agent' when 1 then 'awaiting_user' when 2 then 'pending' else 'resolved' end,
                resolved_at = case when id % 4 = 3 then resolved_at end,
                user_waiting_since = case when id % 4 = 0 then created_at end,
                user_waited_ms = id * 10,
                agent_id = case when id % 3 = 0 then \(tenant.agentID) end
            where status = 'resolved';
            update helpdesk.tickets
            set status = 'spam', hidden_from = status, hidden_at = now() - make_interval(secs => id)
            where status <> 'deleted' and id % 50 = 0;
            -- As the service writes times.
            update helpdesk.tickets
            set hidden_at = date_trunc('milliseconds', hidden_at), resolved_at = date_trunc('milliseconds', resolved_at),
                status_changed_at = date_trunc('milliseconds', status_changed_at),
                user_waiting_since = date_trunc('milliseconds', user_waiting_since);
            create table public.tickets_before as select * from helpdesk.tickets;
            analyze;
            """)
    }

    /// Every eighth ticket takes a moment to change, so that somebody can come in between.
    /// Tickets are changed as far as the gate lets them: so a mass action is not over before its time, however slow the machine is.
    fileprivate func slowDownWrites() async throws {
        try await write(
            """
            create table public.gate (through bigint not null);
            insert into public.gate values (0);
            create function public.linger() returns trigger language plpgsql security definer as $$
            begin
                while old.id > (select through from public.gate) loop perform pg_sleep(0.005); end loop;
                return new;
            end $$;
            grant execute on function public.linger() to deskyard_app;
            create trigger linger before update on helpdesk.tickets for each row execute function public.linger();
            """)
    }

    fileprivate func openGate(through id: Int64) async throws { try await write("update public.gate set through = \(id)") }

    /// How many tickets of the mass action are through.
    fileprivate func taken(by id: Int64) async throws -> Int64 {
        try await number("select coalesce(sum(taken), 0)::bigint from helpdesk.mass_action_parts where mass_action_id = \(id)")
    }

    /// The workers and processes that have a mass action in hand.
    fileprivate func massActionHolders() async throws -> [(worker: Int64, process: Int32)] {
        let rows = try await write(
            """
            select workers.id, workers.process
            from installation.jobs
            join installation.workers on workers.id = jobs.worker_id
            where kind = 'mass_action'
            order by jobs.id
            """)
        return rows.compactMap { row in
            guard let worker = row[0].flatMap({ Int64($0) }), let process = row[1].flatMap({ Int32($0) }) else { return nil }
            return (worker, process)
        }
    }
}
