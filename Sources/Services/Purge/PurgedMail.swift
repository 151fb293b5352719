import Domain
import Repositories

extension MailDigest {
    package init(messageID: String, body: [UInt8]) { self.init(bytes: sha256(Array(messageID.utf8) + [0] + body)) }
}

extension TenantTransaction {
    /// A mail whose ticket was purged does not come back by being fetched again.
    func refusePurged(_ mail: MailDigest?) async throws {
        guard let mail else { return }
        if try await purgedMails.contains(mail).value { throw Refusal.conflict(.mailPurged) }
    }
}
