import Logging
import Synchronization

/// One `NOTIFY` as it arrived.
package struct Notification: Sendable, Equatable {
    package var channel: String
    package var payload: String
}

/// Listens on a connection of its own and goes on listening after the server was away.
///
/// Needs a direct connection: behind a transaction pooler, notifications reach the wrong client.
package struct Notifications: Sendable {
    package enum Event: Sendable, Equatable {
        /// Listening (again). Whatever was notified before this moment may have been missed: look for yourself.
        case listening
        case notification(Notification)
    }

    private let address: ServerAddress
    private let poller: Poller
    private let logger: Logger

    package init(_ address: ServerAddress, poller: Poller, logger: Logger) {
        self.address = address
        self.poller = poller
        self.logger = logger
    }

    /// Events of the channels until the task that reads them is cancelled. Channel names are identifiers, quoted here.
    package func events(on channels: [String]) -> AsyncStream<Event> {
        let (events, feed) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1024))
        let listener = Task {
            var attempt = 0
            while !Task.isCancelled {
                do {
                    try await listen(to: channels, feed) { attempt = 0 }
                } catch {
                    if Task.isCancelled { break }
                    attempt += 1
                    logger.warning("lost the listening connection", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: PoolState.backOff(attempt: attempt))
                }
            }
            feed.finish()
        }
        feed.onTermination = { _ in listener.cancel() }
        return events
    }

    private func listen(to channels: [String], _ feed: AsyncStream<Event>.Continuation, listening: () -> Void) async throws {
        let connection = Connection(id: 0, handle: try await address.connect(), poller: poller, usesNamedStatements: false)
        connection.signal.hold()
        let statements = channels.map { Statement("listen \"\($0.replacing("\"", with: "\"\""))\"") }
        let outcome = await connection.exchange(statements, timeout: .seconds(10))
        if let error = outcome.error { throw error }
        listening()
        feed.yield(.listening)
        while !Task.isCancelled {
            for notification in try await connection.notifications() { feed.yield(.notification(notification)) }
        }
    }
}
