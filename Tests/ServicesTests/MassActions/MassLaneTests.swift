import Domain
import Postgres
import Repositories
import Services
import Support
import Synchronization
import Testing

@Suite("Many tickets, by several at once, with something in the way")
struct MassLaneTests {
    private static let count = 12_000

    @Test("Two lanes whose transactions are broken off in the middle, again and again: every ticket once, and progress only moves on")
    func brokenOff() async throws {
        let desk = try await LaneDesk("mass_broken_off", tickets: Self.count)
        let actions: [TicketAction] = [.reply(text("We are on it"), status: .pending), .labels(add: [Label("storm")!], remove: [])]
        let action = try await desk.begin(actions)
        let end = End()
        async let watched = desk.watch(action, until: end)
        async let broken = desk.breakTransactions(24, until: end)
        let ended = try await atOnce(2) { number in try await desk.carryOut(action, lane: number) }
        end.isReached = true
        let (progress, breaks) = (try await watched, try await broken)
        #expect(breaks > 5)
        #expect(ended.compactMap { $0 }.count == 1)
        #expect(progress.count > 5 && progress == progress.sorted())
        let done = try await desk.read(action)
        #expect(done.figures == MassActionFigures(done: Int64(Self.count)))
        #expect(done.state == .done)
        let rows = try await desk.rows(of: action)
        let all = "\(Self.count)"
        #expect(rows == LaneDesk.Rows(items: all, tickets: all, history: all, messages: all, labels: all, parts: "0"))
    }

    @Test("A ticket that breaks its transaction has failed, the others are done, and once it is well again it is tried again")
    func breaksItsTransaction() async throws {
        let desk = try await LaneDesk("mass_breaking_ticket", tickets: 3000)
        let faulty: [ID<Ticket>] = [ID(100_000), ID(101_234), ID(101_235), ID(102_999)]
        try await desk.makeFaulty(faulty)
        let action = try await desk.begin([.setPriority(.high)])
        let pieces = try await desk.pieces(of: action)
        let ended = try await desk.read(action)
        let failed = try await desk.tenant.items(of: ended, .failed)
        let wrong = try await desk.sql("select count(*) from helpdesk.tickets where priority = 'high' and version = 2")
        #expect(pieces.filter { if case .stumbled = $0 { true } else { false } }.count > 4)
        #expect(ended.state == .done)
        #expect(ended.figures == MassActionFigures(done: 2996, failed: 4))
        #expect(ended.reasons == ["error": 4])
        #expect(failed.map(\.ticketID) == faulty)
        #expect(failed.allSatisfy { $0.outcome == .failed(.error) && $0.version == 1 })
        #expect(wrong == [["2996"]])

        try await desk.sql("drop trigger faulty on helpdesk.tickets")
        let retried = try await desk.tenant.retry(ended)
        let outcomes = try await desk.tenant.outcomes(of: retried)
        let rows = try await desk.sql(
            """
            select count(*) from helpdesk.tickets where priority = 'high' and version = 2
            union all
            select count(*) from helpdesk.ticket_history
            """
        )
        #expect(Set(outcomes.keys) == Set(faulty))
        #expect(retried.figures == MassActionFigures(done: 4))
        #expect(rows == [["3000"], ["3000"]])
    }

    @Test("Where two lanes meet such a ticket, the other tickets are done all the same, each once")
    func breaksItsTransactionInTwoLanes() async throws {
        let desk = try await LaneDesk("mass_breaking_lanes", tickets: 9000)
        let faulty: [ID<Ticket>] = [ID(100_500), ID(103_000), ID(106_999), ID(107_000)]
        try await desk.makeFaulty(faulty)
        let action = try await desk.begin([.setStatus(.resolved)])
        _ = try await atOnce(2) { number in try await desk.carryOut(action, lane: number) }
        let ended = try await desk.read(action)
        let failed = try await desk.tenant.items(of: ended, .failed).map(\.ticketID)
        // A quarter is resolved already, and that harms nobody.
        let resolved = Set(faulty.filter { $0.value % 4 == 3 })
        #expect(Set(failed) == Set(faulty).subtracting(resolved))
        #expect(ended.figures == MassActionFigures(done: 6750 - Int64(failed.count), skipped: 2250, failed: Int64(failed.count)))
        let rows = try await desk.sql(
            "select count(*), count(distinct ticket_id) from helpdesk.ticket_history where mass_action_id = \(action.id)")
        #expect(rows == [["\(6750 - failed.count)", "\(6750 - failed.count)"]])
    }

    @Test("Two mass actions on the same tickets, two lanes each, get in nobody's way: each ticket has both")
    func twoAtOnce() async throws {
        let desk = try await LaneDesk("mass_two_at_once", tickets: 6000)
        let actions = [try await desk.begin([.setPriority(.urgent)]), try await desk.begin([.labels(add: [Label("storm")!], remove: [])])]
        _ = try await atOnce(4) { number in try await desk.carryOut(actions[number % 2], lane: number / 2) }
        for action in actions {
            let ended = try await desk.read(action)
            #expect(ended.figures == MassActionFigures(done: 6000))
        }
        let rows = try await desk.sql(
            """
            select count(*), count(*) filter (where version = 3 and priority = 'urgent' and labels = '{storm}') from helpdesk.tickets
            union all
            select count(*), count(distinct (ticket_id, mass_action_id)) from helpdesk.ticket_history
            """)
        #expect(rows == [["6000", "6000"], ["12000", "12000"]])
    }

    @Test("Tickets that somebody is at are passed over, come back to and done when they are free; nobody waits for them meanwhile")
    func locked() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(10)
            let action = try await tenant.begin([.setUrgency(Urgency(5)!)], on: ids)
            let busy = [ids[0], ids[4], ids[9]]
            let pieces = try await tenant.whileLocked(busy) {
                var pieces = [try await tenant.piece(of: action, taking: 5)]
                for _ in 1...3 { pieces.append(try await tenant.piece(of: action, taking: 5)) }
                return pieces
            }
            let between = try await tenant.read(action)
            tenant.clock.advance(seconds: 1)
            let ended = try await tenant.finish(action)
            let outcomes = try await tenant.outcomes(of: ended)
            // Three are free of the first five, four of the others; then nobody is there but those who are busy.
            #expect(pieces.map(\.figures?.done) == [3, 4, 0, nil])
            #expect(pieces[3] == .waiting)
            #expect(between.state == .running)
            #expect(between.figures == MassActionFigures(done: 7))
            #expect(ended.figures == MassActionFigures(done: 10))
            #expect(Set(outcomes.keys) == Set(ids))
        }
    }

    @Test("Tickets that are never free have failed after a minute, and are done by a retry")
    func neverFree() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(4)
            let action = try await tenant.begin([.setUrgency(Urgency(5)!)], on: ids)
            let start = tenant.clock.now
            let ended = try await tenant.whileLocked([ids[1]]) { try await tenant.finish(action) }
            let outcomes = try await tenant.outcomes(of: ended)
            let retried = try await tenant.retry(ended)
            #expect(outcomes[ids[1]] == .failed(.locked))
            #expect(ended.figures == MassActionFigures(done: 3, failed: 1))
            #expect((60...62).contains((tenant.clock.now.milliseconds - start.milliseconds) / 1000))
            #expect(retried.total == 1)
            #expect(retried.figures == MassActionFigures(done: 1))
        }
    }

    @Test("Nothing is done while the helpdesk is suspended; open again, it goes on where it was")
    func suspended() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(5)
            let action = try await tenant.begin([.setUrgency(Urgency(5)!)], on: ids)
            let first = try await tenant.piece(of: action, taking: 2)
            for state in [Tenant.State.suspended, .closing] {
                _ = try await tenant.installation.setState(of: tenant.tenant.slug, state)
                await #expect(throws: Refusal.tenantNotActive) { try await tenant.piece(of: action) }
            }
            _ = try await tenant.installation.setState(of: tenant.tenant.slug, .active)
            let ended = try await tenant.finish(action)
            #expect(first.figures == MassActionFigures(done: 2))
            #expect(ended.figures == MassActionFigures(done: 5))
        }
    }
}

/// Whether what is watched is over.
private final class End: Sendable {
    private let state = Mutex(false)

    var isReached: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// A helpdesk in a database of its own, with many tickets.
private struct LaneDesk: Sendable {
    let tenant: TestTenant
    private let superuser: ServerAddress

    init(_ name: String, tickets: Int) async throws {
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: name)
        superuser = cluster.address(database: name)
        tenant = try await TestInstallation(cluster, database: name).makeTenant()
        try await sql(tenant.filling(tickets))
    }

    @discardableResult
    func sql(_ statement: String) async throws -> [[String?]] {
        try await ScriptSession.run(on: superuser) { session in try session.run(statement) }
    }

    func begin(_ actions: [TicketAction]) async throws -> MassAction { try await tenant.begin(actions, on: .filter(TicketFilter())) }

    func read(_ action: MassAction) async throws -> MassAction { try await tenant.read(action) }

    /// Works until nothing is left, as a worker does who takes a job up again whenever the database was away.
    func carryOut(_ action: MassAction, lane number: Int) async throws -> MassAction? {
        while true {
            do { return try await tenant.carryOut(action.id, lane: number) } catch is DatabaseUnavailable { continue }
        }
    }

    func pieces(of action: MassAction) async throws -> [MassPiece] {
        var pieces: [MassPiece] = []
        var lane = try #require(try await tenant.helpdesk.openLane(0, of: action.id, in: tenant.scope))
        while true {
            let piece = try await tenant.helpdesk.massPiece(&lane, in: tenant.scope)
            pieces.append(piece)
            if case .ended = piece { return pieces }
            if pieces.count > 1000 { throw Stuck() }
        }
    }

    struct Stuck: Error {}

    /// How many tickets had an outcome, looked at again and again.
    func watch(_ action: MassAction, until end: End) async throws -> [Int64] {
        var progress: [Int64] = []
        while !end.isReached {
            do { progress.append(try await read(action).figures.all) } catch is DatabaseUnavailable { continue }
        }
        return progress
    }

    /// Breaks off what is in the middle of a piece, so many times. Answers how many it were.
    func breakTransactions(_ most: Int, until end: End) async throws -> Int {
        var count = 0
        while count < most, !end.isReached {
            count += try await sql(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and usename = 'deskyard_app' and application_name = 'deskyard background'
                    and clock_timestamp() - xact_start > interval '5 ms' and state in ('active', 'idle in transaction')
                limit 1
                """
            ).count
        }
        return count
    }

    /// From now on whoever writes one of these breaks their transaction.
    func makeFaulty(_ ids: [ID<Ticket>]) async throws {
        try await sql(
            """
            create function public.break_transaction() returns trigger language plpgsql as $$ begin raise 'this ticket is broken'; end $$;
            create trigger faulty before update on helpdesk.tickets for each row
            when (new.id in (\(ids.map { "\($0)" }.joined(separator: ", ")))) execute function public.break_transaction()
            """)
    }

    /// What there is of a mass action that answers and adds a label: once for each ticket.
    struct Rows: Equatable {
        var items: String
        var tickets: String
        var history: String
        var messages: String
        var labels: String
        var parts: String
    }

    func rows(of action: MassAction) async throws -> Rows {
        let found = try await sql(
            """
            select (
                    select count(*) from helpdesk.mass_action_items
                    where mass_action_id = \(action.id) and outcome = 'done' and version = 2
                ), (
                    select count(*) from helpdesk.tickets
                    where version = 2 and status = 'pending' and message_count = 1 and labels = '{storm}'
                ),
                (select count(distinct ticket_id) from helpdesk.ticket_history where mass_action_id = \(action.id) and version = 2),
                (select count(distinct ticket_id) from helpdesk.messages where kind = 'reply'),
                (select count(*) from helpdesk.ticket_labels where label = 'storm'),
                (select count(*) from helpdesk.mass_action_parts),
                (select count(*) from helpdesk.messages), (select count(*) from helpdesk.ticket_history)
            """)[0].map { $0 ?? "" }
        #expect(found[6] == found[3] && found[7] == found[2])
        return Rows(items: found[0], tickets: found[1], history: found[2], messages: found[3], labels: found[4], parts: found[5])
    }
}
