/// Something said on a ticket.
package struct Message: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// An agent's, to the user.
        case reply
        /// The user's.
        case userMessage = "user_message"
        /// Internal: no user ever sees it.
        case note
    }

    package var id: ID<Message>
    package var ticketID: ID<Ticket>
    package var kind: Kind
    package var author: Person
    package var body: MessageBody
    package var createdAt: Timestamp
    /// What the mail is known by that it came with; nil when it did not come by mail.
    package var mail: MailDigest?

    package init(
        id: ID<Message>, ticketID: ID<Ticket>, kind: Kind, author: Person, body: MessageBody, createdAt: Timestamp, mail: MailDigest? = nil
    ) {
        self.id = id
        self.ticketID = ticketID
        self.kind = kind
        self.author = author
        self.body = body
        self.createdAt = createdAt
        self.mail = mail
    }
}

/// What was said, in the form it was said in. At most 1 MiB of UTF-8, not blank.
package struct MessageBody: Equatable, Sendable {
    package enum Format: String, CaseIterable, Sendable { case text, html }

    package static let maximumBytes = 1 << 20
    package let format: Format
    package let content: String

    package init?(_ content: String, format: Format) {
        guard content.utf8.count <= Self.maximumBytes, content.contains(where: { !$0.isWhitespace }), !content.utf8.contains(0) else {
            return nil
        }
        self.format = format
        self.content = content
    }

    /// For text that was one before: what the database holds.
    package init(unchecked content: String, format: Format) {
        self.format = format
        self.content = content
    }
}
