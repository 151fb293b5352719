import Domain
import Repositories

/// Where tickets for measurements come from.
package protocol TicketGenerator {
    mutating func ticket(id: ID<Ticket>, messageID: ID<Message>, users: Int) -> (Ticket, Message)
}

extension Installation {
    /// Fills a helpdesk in batches, each a transaction.
    /// - Parameter progress: called after each batch with its number of tickets.
    package func load(
        in slug: Slug, users: Int, tickets: Int, fields: [Field] = [], by agent: ID<Agent>, from generator: inout some TicketGenerator,
        progress: (Int) -> Void
    ) async throws {
        let scope = try await scope(slug)
        let now = clock.now()
        let rules = FieldRules(fields)
        try await database.transaction(in: scope, at: now, taking: Numbers(users: Int64(users))) { tx in
            let last = try await tx.numbers.value.users
            return tx.bulk.insertUsers(from: last - Int64(users) + 1, through: last, at: now)
        }
        var left = tickets
        while left > 0 {
            let size = min(left, 2000)
            var batch: [(Ticket, Message)] = []
            let numbers = Numbers(tickets: Int64(size), messages: Int64(size))
            // The numbers come first; the tickets need them.
            let last = try await database.transaction(in: scope, at: now, taking: numbers) { $0.numbers }
            for index in 0..<Int64(size) {
                batch.append(
                    generator.ticket(
                        id: ID(last.tickets - Int64(size) + 1 + index), messageID: ID(last.messages - Int64(size) + 1 + index), users: users
                    ))
            }
            try await database.transaction(in: scope, at: now) { tx in
                tx.bulk.insert(batch, rules, by: agent)
                tx.searchDocuments.refresh(batch.map(\.0.id), .english)
                return Pending(())
            }
            progress(size)
            left -= size
        }
    }
}
