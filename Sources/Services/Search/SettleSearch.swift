import Domain
import Repositories

extension Installation {
    /// Does for the search indexes what writers put off, which each search of any helpdesk reads through. To be called every second or so.
    /// Of many processes that call it at once, one does it.
    package func settleSearch() async throws {
        try await database.system { system in
            system.searchIndexes.settleIfNobodyDoes()
            return Pending(())
        }
    }
}

extension Database {
    func settleSearch() async throws {
        try await system { system in
            system.searchIndexes.settle()
            return Pending(())
        }
    }
}

extension MassLane {
    /// Who writes many documents at a time settles for them before going on, or others' searches would pay.
    private static let mostUnsettled: Int64 = 2000

    mutating func settle(_ done: Int64, in database: Database) async throws {
        guard action.actions.changesWhatIsFound else { return }
        unsettled += done
        guard unsettled >= Self.mostUnsettled else { return }
        unsettled = 0
        try await database.settleSearch()
    }
}

extension [TicketAction] {
    /// Where tickets are found, or by what.
    fileprivate var changesWhatIsFound: Bool {
        contains { action in
            switch action {
            case .setStatus, .assign, .setDepartment, .setPriority, .setUrgency, .purge: false
            default: true
            }
        }
    }
}
