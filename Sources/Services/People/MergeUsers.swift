import Domain
import Repositories

extension Helpdesk {
    /// Two users who are one person: tickets and copies of the one go to the other, and so does whoever writes from the one's address.
    ///
    /// What the one has said stays theirs: their stub keeps name and address, and leads to the other. Their tokens are revoked.
    /// - Returns: the other.
    package func mergeUser(_ id: ID<User>, into otherID: ID<User>, _ access: Access, once: Once<User>? = nil) async throws -> User {
        try access.require(.writePeople)
        let admin = try access.requireAdmin("merge users")
        if id == otherID { throw Refusal.invalid([FieldFault("into", "same", "nobody can be merged into themselves")]) }
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, once: once) { tx in
            // In the order of their numbers, so that the same merge the other way round waits for this one and not both for each other.
            let first = tx.users.lock(min(id, otherID))
            let second = tx.users.lock(max(id, otherID))
            let user = try await (id < otherID ? first : second).value.orNotFound
            guard let other = try await (id < otherID ? second : first).value else {
                throw Refusal.invalid([FieldFault("into", "unknown", "there is no such user in this helpdesk")])
            }
            try user.mustBePresent()
            try other.mustBePresent()
            tx.userMerges.moveTickets(from: id, to: otherID, by: admin, with: access.tokenID, at: now)
            tx.userMerges.moveCopies(from: id, to: otherID)
            try await tx.keepFindable(ticketsOf: otherID, access.configuration.language, at: now)
            tx.userMerges.redirect(from: id, to: otherID)
            tx.userMerges.revokeTokens(of: id, at: now)
            var stub = user
            stub.state = .merged
            stub.mergedInto = otherID
            stub.usergroupIDs = []
            stub.version += 1
            tx.users.update(stub, since: user)
            tx.configuration.touch()
            return Pending(other)
        }
    }
}
