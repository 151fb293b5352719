/// What a mail is known by when nothing else of it is left: SHA-256 of its Message-ID and body.
///
/// Of both, because some senders use a Message-ID twice, and people send the same words again.
package struct MailDigest: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}
