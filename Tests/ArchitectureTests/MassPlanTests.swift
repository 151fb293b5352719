import Repositories
import Testing

/// A mass action costs what its tickets cost: nothing of it reads more of a helpdesk than the tickets it is about.
@Suite struct MassPlanTests {
    @Test("whatever columns a mass action writes, it looks its tickets up by their numbers and reads no other")
    func updatesGoByNumber() async throws {
        let plans = try await PlannedMassStatement.updates.value
        let straying = plans.filter { planned in
            let reads = planned.plan.reads(of: ["tickets"])
            return reads.count != 1 || !reads.allSatisfy { $0.indexes == ["tickets_pkey"] && $0.condition.contains("(id = ") }
        }
        #expect(straying.isEmpty, "\(straying.count) read others: \(PlannedMassStatement.first(straying))")
        #expect(plans.count == 64 && Set(plans.map(\.shape.sql)).count == 64)
    }

    @Test("a snapshot reads no whole table, and no part of an index that is another tenant's")
    func tenantsPartOnly() async throws {
        let plans = try await PlannedMassStatement.snapshotsByNumber.value + PlannedMassStatement.snapshotsByCriteria.value
        let scanning = plans.filter { $0.plan.nodes.contains { $0.type == "Seq Scan" } }
        let straying = plans.filter { $0.plan.nodes.contains { $0.index != nil && !$0.condition.contains("(tenant_id = ") } }
        #expect(scanning.isEmpty, "\(scanning.count) read a whole table: \(PlannedMassStatement.first(scanning))")
        #expect(straying.isEmpty, "\(straying.count) read what is others': \(PlannedMassStatement.first(straying))")
        #expect(plans.count > 160)
    }

    @Test("a snapshot of numbers looks them up, whoever asks")
    func numbersAreLookedUp() async throws {
        let plans = try await PlannedMassStatement.snapshotsByNumber.value
        let straying = plans.filter { planned in
            let reads = planned.plan.reads(of: ["tickets"])
            return reads.isEmpty || !reads.allSatisfy { $0.indexes == ["tickets_pkey"] && $0.condition.contains("(id = ") }
        }
        #expect(straying.isEmpty, "\(PlannedMassStatement.first(straying))")
        #expect(plans.count > 10)
    }

    /// Statements of mass actions, the table each goes to, the index it goes by, and what it looks for there.
    private static let paths: [(name: String, table: String, index: String, columns: [String])] = [
        ("MassActionParts.claim", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionParts.read", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id", "part"]),
        ("MassActionParts.update", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id", "part"]),
        ("MassActionParts.append", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id", "part"]),
        ("MassActionParts.shrink", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id", "part"]),
        ("MassActionParts.copy", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionParts.lockAll", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionParts.areLeft", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionParts.drop", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionParts.breakdown", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionParts.breakdown", "tickets", "tickets_pkey", ["id"]),
        ("MassActionItems.insertGone", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActionItems.list", "mass_action_items", "mass_action_items_pkey", ["mass_action_id", "ticket"]),
        ("MassActionItems.listDone", "mass_action_items", "mass_action_items_pkey", ["mass_action_id", "ticket"]),
        ("MassActionItems.listLeft", "mass_action_items", "mass_action_items_by_outcome", ["mass_action_id", "outcome", "ticket"]),
        ("MassActionItems.failed", "mass_action_items", "mass_action_items_by_outcome", ["mass_action_id", "outcome"]),
        ("MassActionItems.reasons", "mass_action_items", "mass_action_items_by_outcome", ["mass_action_id"]),
        ("MassActions.list", "mass_actions", "mass_actions_pkey", ["id"]),
        ("MassActions.list", "mass_action_parts", "mass_action_parts_pkey", ["mass_action_id"]),
        ("MassActions.work", "mass_actions", "mass_actions_pkey", ["id"]),
        ("MassActions.lock", "mass_actions", "mass_actions_pkey", ["id"]),
        ("MassPreviews.find", "mass_actions", "mass_actions_by_preview", ["preview_hash"]),
        ("MassWrites.dropLabels", "ticket_labels", "ticket_labels_pkey", ["ticket_id"]),
        ("MassWrites.dropFieldKeys", "ticket_field_values", "ticket_field_values_pkey", ["ticket_id"]),
        ("TicketHistory.images", "ticket_history", "ticket_history_pkey", ["ticket_id", "version"]),
        ("Tickets.lockFree", "tickets", "tickets_pkey", ["id"]),
        ("Tickets.existing", "tickets", "tickets_pkey", ["id"]),
    ]

    @Test("every step of a mass action goes by an index to what it is about, and no further")
    func stepsGoByIndex() async throws {
        let plans = try await PlannedStatement.all.value
        for path in Self.paths {
            let planned = try #require(plans.first { $0.name == path.name }, "\(path.name)")
            let reads = planned.plan.reads(of: [path.table])
            let isStraight = reads.allSatisfy { read in
                read.indexes == [path.index] && (["tenant_id"] + path.columns).allSatisfy { read.condition.contains("(\($0) ") }
            }
            #expect(!reads.isEmpty && isStraight, "\(path.name):\n\(planned.plan.text)")
        }
    }

    @Test("pages of results and of mass actions are read in the order of an index, and nothing is sorted for them")
    func pagesAreOrdered() async throws {
        for planned in try await PlannedStatement.all.value where planned.name.hasPrefix("MassActionItems.list") {
            #expect(!planned.plan.nodes.contains { $0.type.hasSuffix("Sort") }, "\(planned.name):\n\(planned.plan.text)")
        }
        let list = try #require(try await PlannedStatement.all.value.first { $0.name == "MassActions.list" })
        #expect(!list.plan.nodes.contains { $0.type.hasSuffix("Sort") }, "\(list.plan.text)")
    }
}
