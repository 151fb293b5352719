import Domain
import Repositories

extension TenantTransaction {
    /// Writes into the search documents what has changed of these tickets, the same said on all of them; after the tickets themselves. A status
    /// that leaves them visible, an assignment, a priority changes nothing there.
    func keepFindable(
        _ changes: [(old: Ticket, new: Ticket)], saying said: [(kind: Message.Kind, body: MessageBody)], _ language: SearchLanguage
    ) {
        searchDocuments.set(hidden: true, of: changes.filter { $0.old.hiddenAt == nil && $0.new.hiddenAt != nil }.map(\.new.id))
        searchDocuments.set(hidden: false, of: changes.filter { $0.old.hiddenAt != nil && $0.new.hiddenAt == nil }.map(\.new.id))
        searchDocuments.refreshHeads(
            changes.filter {
                $0.old.subject != $0.new.subject || $0.old.labels != $0.new.labels || $0.old.fields != $0.new.fields
            }.map(\.new.id), language)
        for (kind, body) in said { searchDocuments.add(kind, body, to: changes.map(\.new.id), language) }
    }

    /// The user of these tickets has another name or address, or is another one: at once where there are not many, else a job goes through them.
    func keepFindable(ticketsOf user: ID<User>, _ language: SearchLanguage, at now: Timestamp) async throws {
        let ids = try await searchDocuments.tickets(of: user, after: nil, limit: SearchDocuments.mostOfUser + 1).value
        if ids.count > SearchDocuments.mostOfUser {
            refreshDocuments(of: user, at: now)
        } else if !ids.isEmpty {
            _ = tickets.lock(ids, seenBy: .everything)
            searchDocuments.refreshHeads(ids, language)
        }
    }
}
