import Domain
import Repositories

extension Helpdesk {
    /// Takes away what says who a user was: name, address, organization, usergroups, tokens, and answers kept for repeated requests. The
    /// same of everybody who was merged into them.
    ///
    /// Tickets and messages stay. Their texts are left as they are: what somebody wrote of themselves there is still to be read.
    package func anonymiseUser(_ id: ID<User>, _ access: Access, once: Once<User>? = nil) async throws -> User {
        try access.require(.writePeople)
        try access.requireAdmin("anonymise users")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, once: once) { tx in
            let locked = tx.users.lock(id)
            let stubs = tx.userMerges.merged(into: id)
            let user = try await locked.value.orNotFound
            try user.mustBePresent()
            for known in try await stubs.value + [user] {
                tx.users.update(known.anonymised, since: known)
                tx.userMerges.forgetAnswers(naming: known)
            }
            tx.userMerges.revokeTokens(of: id, at: now)
            try await tx.keepFindable(ticketsOf: id, access.configuration.language, at: now)
            tx.configuration.touch()
            return Pending(user.anonymised)
        }
    }
}

extension User {
    /// The same number, and nobody behind it. A stub goes on leading to the one it was merged into.
    fileprivate var anonymised: User {
        var user = self
        user.name = nil
        // `.invalid` is nobody's for ever (RFC 2606): no mail can come from there or go there.
        user.email = EmailAddress(unchecked: "anonymous-\(id)@anonymised.invalid")
        user.organizationID = nil
        user.usergroupIDs = []
        if state != .merged { user.state = .anonymised }
        user.version += 1
        return user
    }
}
