import Postgres
import Repositories
import Testing

/// Looks at the plans: what a list leaves out by its text it might still read, one by one, and a helpdesk may have more spam than tickets.
@Suite struct HiddenPlanTests {
    @Test("no list reads a hidden ticket that was not asked for by name: it goes by indexes on visible ones, or looks up numbers")
    func listsReadWhatIsVisible() async throws {
        let indexes = try await TicketIndexes.found.value
        let plans = try await PlannedList.all.value.dropLast(ListCombinations.lookUps.count).filter { !$0.shape.asksForHidden }
        let straying = plans.filter { planned in
            let reads = planned.plan.reads(of: ["tickets"])
            return reads.isEmpty || !reads.allSatisfy { planned.plan.leavesHiddenOut($0, indexes) }
        }
        #expect(straying.isEmpty, "\(straying.count) read hidden tickets: \(PlannedList.first(straying))")
        #expect(plans.count > 600)
    }

    @Test("spam and deleted tickets that are asked for by name are found by their status or by number, not among the visible ones")
    func hiddenOnesAreFoundByStatus() async throws {
        let indexes = try await TicketIndexes.found.value
        let plans = try await PlannedList.all.value.filter(\.shape.asksForHidden)
        let straying = plans.filter { planned in
            let reads = planned.plan.reads(of: ["tickets"])
            let others = reads.filter { read in
                read.indexes.isEmpty || !(indexes.byStatus.isSuperset(of: read.indexes) || read.isByNumber)
            }
            // The visible ones that are asked for with them may be near.
            let areVisible = planned.shape.asksForBoth && others.allSatisfy { planned.plan.leavesHiddenOut($0, indexes) }
            return reads.count == others.count || !(others.isEmpty || areVisible)
        }
        #expect(straying.isEmpty, "\(straying.count) go another way: \(PlannedList.first(straying))")
        #expect(plans.count > 160)
    }

    @Test("no mass action meets a hidden ticket that was not asked for by name or by number")
    func snapshotsReadWhatIsVisible() async throws {
        let indexes = try await TicketIndexes.found.value
        let plans = try await PlannedMassStatement.snapshotsByCriteria.value
        let straying = plans.filter { planned in
            let reads = planned.plan.reads(of: ["tickets"])
            if planned.shape.asksForHidden {
                return reads.isEmpty || !reads.allSatisfy { indexes.byStatus.isSuperset(of: $0.indexes) || $0.isByNumber }
            }
            return reads.isEmpty || !reads.allSatisfy { planned.plan.leavesHiddenOut($0, indexes) }
        }
        #expect(straying.isEmpty, "\(straying.count) read hidden tickets: \(PlannedMassStatement.first(straying))")
        #expect(plans.count { $0.shape.asksForHidden } > 20 && plans.count > 160)
    }

    /// Statements that meet hidden tickets which nobody gave them the numbers of, and why they may.
    private static let exceptions = [
        "MassActionParts.breakdown": "counts by status the tickets of a snapshot, in which hidden ones are only if they were asked for",
        "DailyTotals.read": "counts what is hidden, by the status that is asked for",
        "Purge.choose": "takes what is hidden",
        "Purge.countDue": "counts what a run takes",
        "Purge.countHeld": "counts what a run leaves",
        "Purge.forecast": "counts what a run would take",
        "Purge.leading": "takes what was merged into hidden tickets along",
        "Purge.oldest": "says since when something is overdue",
        "Purge.settle": "counts what was said on tickets that go",
        "SearchDocuments.ofUser": "hidden tickets have documents, too, and none is shown",
        "SearchDocuments.refresh": "reads what is said on the tickets whose numbers it is given",
        "SearchRebuilds.begin": "counts what a rebuild goes through: hidden tickets have documents, too",
        "SearchRebuilds.next": "hidden tickets have documents, too, and none is shown",
        "TicketHistory.images": "says what a mass action has changed of the tickets whose numbers and versions it is given",
        "UserMerges.moveTickets": "a user's tickets all become another one's, and none is shown",
        "UserMerges.moveCopies": "a user's copies all become another one's, and none is shown",
        "UserMerges.dropOwnCopies": "nobody is on copy of a ticket of their own, whatever its status",
    ]

    @Test("every other statement is about tickets given by number, or leaves hidden ones out, or stands here with its reason")
    func statements() async throws {
        let indexes = try await TicketIndexes.found.value
        let tables = try await TicketTables.found.value
        let plans = try await PlannedStatement.all.value
        let reading = plans.filter { !$0.plan.reads(of: tables).isEmpty }
        let straying = reading.filter { statement in
            !statement.plan.reads(of: tables).allSatisfy { statement.isGiven($0) || statement.plan.leavesHiddenOut($0, indexes) }
        }
        let unexplained = straying.filter { Self.exceptions[$0.name] == nil }
        let explainedForNothing = Set(Self.exceptions.keys).subtracting(straying.map(\.name))
        #expect(unexplained.isEmpty, "\(unexplained.map { "\($0.name):\n\($0.sql)\n\($0.plan.text)" }.joined(separator: "\n"))")
        #expect(explainedForNothing.isEmpty)
        #expect(reading.count > 30 && tables.count >= 9)
    }

    @Test("no statement on the installation's own tables is about tickets")
    func systemStatements() async throws {
        let tables = try await TicketTables.found.value
        for sql in StatementCatalogue.systemStatements {
            #expect(!tables.contains { sql.contains("helpdesk.\($0)") }, "\(sql)")
        }
    }
}

/// The indexes of tickets, as the server knows them.
private struct TicketIndexes {
    /// Those that have no hidden ticket in them.
    let visible: Set<String>
    /// Those that have the tickets of one status together.
    let byStatus: Set<String>

    static let found = Task {
        try await PlanDatabase.run { session in
            let rows = try session.run(
                """
                select c.relname, pg_get_expr(i.indpred, i.indrelid), pg_get_indexdef(i.indexrelid, 2, false)
                from pg_index i
                join pg_class c on c.oid = i.indexrelid
                where i.indrelid = 'helpdesk.tickets'::regclass
                """)
            return TicketIndexes(
                visible: Set(rows.filter { $0[1]?.contains("hidden_at IS NULL") ?? false }.compactMap { $0[0] }),
                byStatus: Set(rows.filter { $0[2] == "status" }.compactMap { $0[0] }))
        }
    }
}

/// Tickets and what hangs on them: what has the ticket's number in its own key.
private enum TicketTables {
    static let found = Task {
        try await PlanDatabase.run { session in
            let rows = try session.run(
                """
                select c.relname
                from pg_constraint f
                join pg_constraint p on p.conrelid = f.conrelid and p.contype = 'p' and p.conkey @> f.conkey
                join pg_class c on c.oid = f.conrelid
                where f.confrelid = 'helpdesk.tickets'::regclass
                    and f.contype = 'f'
                """)
            return Set(rows.compactMap { $0[0] } + ["tickets"])
        }
    }
}

extension Plan.Read {
    fileprivate var isByNumber: Bool { indexes == ["tickets_pkey"] && condition.contains("(id = ") }

    fileprivate var isByReference: Bool { indexes == ["tickets_ref_key"] && condition.contains("(ref = ") }
}

extension Plan {
    /// Whether no hidden ticket is read, but one that is looked up by number or reference and left out then.
    fileprivate func leavesHiddenOut(_ read: Read, _ indexes: TicketIndexes) -> Bool {
        guard read.table == "tickets", !read.indexes.isEmpty else { return false }
        if indexes.visible.isSuperset(of: read.indexes) { return true }
        // Of several indexes together, only what is in each of them.
        if read.isOfAll, !indexes.visible.isDisjoint(with: read.indexes) { return true }
        if read.filter.contains("(hidden_at IS NULL)") {
            // Of one status: a visible one, or it would have been asked for by name.
            let isOfStatus = indexes.byStatus.isSuperset(of: read.indexes) && read.condition.contains("(status = ")
            return read.isByNumber || read.isByReference || isOfStatus
        }
        // The numbers were found before, by what leaves hidden ones out.
        guard read.isByNumber, let numbers = read.condition.firstMatch(of: #/\(id = ANY \((\$\d+)\)\)/#)?.output.1,
            let found = source(of: String(numbers))?.reads(of: ["tickets"])
        else { return false }
        return !found.isEmpty && found.allSatisfy { leavesHiddenOut($0, indexes) }
    }
}

extension PlannedStatement {
    /// Whether the numbers of the tickets come from outside.
    fileprivate func isGiven(_ read: Plan.Read) -> Bool {
        let column = read.table == "tickets" ? #/\(id = (?:ANY \()?(\$\d+)\)/# : #/\(ticket_id = (?:ANY \()?(\$\d+)\)/#
        guard let parameter = (read.condition + read.filter).firstMatch(of: column)?.output.1 else { return false }
        // Else it is worked out on the way.
        return plan.source(of: String(parameter)) == nil
    }
}
