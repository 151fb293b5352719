/// One event of a stream, as <https://html.spec.whatwg.org/multipage/server-sent-events.html> has it.
struct ServerEvent: Equatable, Sendable {
    var name: String
    /// What a client sends back as `Last-Event-ID`.
    var id: String
    /// On one line, as JSON is that we write.
    var data: [UInt8]

    static let mediaType = "text/event-stream"
    /// How many milliseconds a client waits before it connects again.
    static let retry = "retry: 2000\n\n"
    /// A comment, which clients skip.
    static let keepAlive = ": still here\n\n"

    var bytes: [UInt8] { Array("id: \(id)\nevent: \(name)\ndata: ".utf8) + data + Array("\n\n".utf8) }
}
