import Domain
import Repositories

extension Helpdesk {
    package func readMassAction(_ id: ID<MassAction>, by author: MassActionAuthor) async throws -> MassAction {
        try await database.transaction(in: author.scope, at: clock.now()) { tx in
            tx.massActions.find(id, by: author.seesOnly).map { try $0.orNotFound }
        }
    }

    /// Newest first: agents see their own, admins everybody's.
    package func listMassActions(
        before id: ID<MassAction>?, limit: Int, by author: MassActionAuthor
    ) async throws -> Page<MassAction, ID<MassAction>> {
        try await database.transaction(in: author.scope, at: clock.now()) { tx in
            tx.massActions.list(before: id, limit: limit, by: author.seesOnly).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    /// What became of each ticket, by number; nothing any more once the results were forgotten.
    package func listMassActionItems(
        of id: ID<MassAction>, outcome: MassOutcome.Kind?, after ticket: ID<Ticket>?, limit: Int, by author: MassActionAuthor
    ) async throws -> Page<MassActionItem, ID<Ticket>> {
        try await database.transaction(in: author.scope, at: clock.now()) { tx in
            tx.massActions.find(id, by: author.seesOnly).map { try $0.orNotFound }
                .and(tx.massItems.list(of: id, outcome: outcome, after: ticket, limit: limit))
                .map { Page(oneMore: $0.1, limit: limit, cursor: \.ticketID) }
        }
    }
}
