import Postgres
import Synchronization

/// Tells the workers that something is in the queue: those of this process at once, the others by a `NOTIFY`.
///
/// At most ten notifications a second for each process, however many jobs: a commit with a notification holds a lock of the whole server
/// (others have measured that near 600 such commits a second everything stops). A ring that is lost costs no more than the workers' next look.
package final class Doorbell: Sendable {
    package static let channel = "deskyard_jobs"
    private static let pause: Duration = .milliseconds(100)

    private struct State {
        var lastRing: ContinuousClock.Instant?
        var isWaiting = false
        var listeners: [@Sendable () -> Void] = []
    }

    private let pool: ConnectionPool
    private let state = Mutex(State())

    package init(_ pool: ConnectionPool) { self.pool = pool }

    /// For the workers of this process.
    package func onRing(_ listener: @escaping @Sendable () -> Void) { state.withLock { $0.listeners.append(listener) } }

    func ring() {
        let now = ContinuousClock.now
        let (listeners, delay) = state.withLock { state -> ([@Sendable () -> Void], Duration?) in
            guard !state.isWaiting else { return (state.listeners, nil) }
            state.isWaiting = true
            let delay = state.lastRing.map { max(.zero, Self.pause - $0.duration(to: now)) } ?? .zero
            return (state.listeners, delay)
        }
        for listener in listeners { listener() }
        guard let delay else { return }
        Task {
            if delay > .zero { try? await Task.sleep(for: delay) }
            // Before it is sent: whoever rings from now on needs another one.
            state.withLock { state in
                state.isWaiting = false
                state.lastRing = .now
            }
            _ = try? await pool.single(Statement("notify \(Self.channel)", prepared: false))
        }
    }
}
