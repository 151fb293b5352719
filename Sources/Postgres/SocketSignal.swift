import Synchronization

/// Where a connection's holder waits for its socket, and where the poller tells it that something arrived.
///
/// Nothing but this is shared between the two: libpq's handle belongs to the holder alone, so no lock is held while it works.
final class SocketSignal: Sendable {
    private struct State {
        /// Something arrived that the holder has not looked at.
        var isReady = false
        /// Somebody holds the connection; without a holder, whatever arrives is the server saying goodbye.
        var isHeld = false
        var waiter: UnsafeContinuation<Void, Never>?
        var deadline: ContinuousClock.Instant?
        /// The server did not answer in time.
        var isOverdue = false
        /// The other side has hung up; what it said before may still wait to be read.
        var isGone = false
        /// A request to cancel is on its way and may arrive late: nobody may hold the connection after this holder.
        var isWorn = false
    }

    private let state = Mutex(State())

    var isWorn: Bool { state.withLock { $0.isWorn } }
    var isOverdue: Bool { state.withLock { $0.isOverdue } }
    var isGone: Bool { state.withLock { $0.isGone } }

    func wear() { state.withLock { $0.isWorn = true } }

    func hold() { state.withLock { $0.isHeld = true } }

    func letGo() { state.withLock { $0.isHeld = false } }

    /// Until when `wait` may take; nil between exchanges.
    func expect(by deadline: ContinuousClock.Instant?) { state.withLock { $0.deadline = deadline } }

    /// Returns when something has arrived since the last call, or time is up.
    func wait() async {
        await withUnsafeContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isReady || state.isOverdue || state.isGone {
                    state.isReady = false
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Ends a wait from elsewhere.
    func wake() { _ = arrived(hungUp: false) }

    /// Called by the poller. Answers whether the server hung up on a connection that nobody holds.
    func arrived(hungUp: Bool) -> Bool {
        let (waiter, isUnexpected): (UnsafeContinuation<Void, Never>?, Bool) = state.withLock { state in
            if hungUp { state.isGone = true }
            guard let waiter = state.waiter else {
                state.isReady = true
                return (nil, hungUp && !state.isHeld)
            }
            state.waiter = nil
            return (waiter, false)
        }
        waiter?.resume()
        return isUnexpected
    }

    func enforceDeadline(_ now: ContinuousClock.Instant) {
        let waiter: UnsafeContinuation<Void, Never>? = state.withLock { state in
            guard let deadline = state.deadline, deadline < now else { return nil }
            state.isOverdue = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
