import CLibpq
import Foundation
import Glibc
import Synchronization

/// One thread that waits for all sockets of a process's connections (`epoll`) and beats time for their deadlines.
///
/// It only passes on that something arrived: statements are sent, and answers read, on the thread of whoever asked.
package final class Poller: Sendable {
    /// How often deadlines are looked at; the precision of every timeout of this module.
    static let beat: Duration = .milliseconds(50)

    private struct Watched {
        var signal: SocketSignal
        var onUnexpected: @Sendable () -> Void
    }

    private struct State {
        /// By a number that is never used again: a socket's own is given to the next one while events of the last are still on their way.
        var sockets: [UInt64: Watched] = [:]
        var lastWatch: UInt64 = 0
        var timers: [ObjectIdentifier: @Sendable (ContinuousClock.Instant) -> Void] = [:]
        var stopped = false
    }

    private let epoll: Int32
    private let state = Mutex(State())

    package init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1: \(String(cString: strerror(errno)))")
        let thread = Thread { [self] in run() }
        thread.name = "postgres-poller"
        thread.start()
    }

    /// Ends the thread; sockets that are still watched stay silent from now on.
    package func stop() { state.withLock { $0.stopped = true } }

    /// - Parameter onUnexpected: called on the poller's thread when the socket wakes up while nobody holds the connection.
    func watch(_ socket: Int32, _ signal: SocketSignal, onUnexpected: @escaping @Sendable () -> Void) -> Watch {
        let watch = state.withLock { state in
            state.lastWatch += 1
            state.sockets[state.lastWatch] = Watched(signal: signal, onUnexpected: onUnexpected)
            return Watch(socket: socket, number: state.lastWatch)
        }
        control(EPOLL_CTL_ADD, watch, writable: false)
        return watch
    }

    struct Watch {
        fileprivate let socket: Int32
        fileprivate let number: UInt64
    }

    /// Also wakes up when the socket takes more bytes; wanted only while libpq could not send everything.
    func wantsToWrite(_ watch: Watch, _ wanted: Bool) { control(EPOLL_CTL_MOD, watch, writable: wanted) }

    func forget(_ watch: Watch) {
        state.withLock { $0.sockets[watch.number] = nil }
        control(EPOLL_CTL_DEL, watch, writable: false)
    }

    func everyBeat(of owner: AnyObject, _ body: @escaping @Sendable (ContinuousClock.Instant) -> Void) {
        state.withLock { $0.timers[ObjectIdentifier(owner)] = body }
    }

    func noBeat(of owner: AnyObject) { state.withLock { $0.timers[ObjectIdentifier(owner)] = nil } }

    /// Edge-triggered: one wake-up for each arrival, and none while the holder is still reading.
    private func control(_ operation: Int32, _ watch: Watch, writable: Bool) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue | (writable ? EPOLLOUT.rawValue : 0)
        event.data.u64 = watch.number
        epoll_ctl(epoll, operation, watch.socket, &event)
    }

    private func run() {
        let capacity = 64
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        let beat = Self.beat
        var nextBeat = ContinuousClock.now + beat
        while true {
            let now = ContinuousClock.now
            if now >= nextBeat {
                nextBeat = now + beat
                let (timers, sockets, stopped) = state.withLock { (Array($0.timers.values), Array($0.sockets.values), $0.stopped) }
                if stopped { break }
                for watched in sockets { watched.signal.enforceDeadline(now) }
                for timer in timers { timer(now) }
            }
            let ready = epoll_wait(epoll, events, Int32(capacity), Int32(beat / .milliseconds(1)))
            guard ready > 0 else { continue }
            for index in 0..<Int(ready) {
                let number = events[index].data.u64
                guard let watched = state.withLock({ $0.sockets[number] }) else { continue }
                let hungUp = events[index].events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
                if watched.signal.arrived(hungUp: hungUp) { watched.onUnexpected() }
            }
        }
        events.deallocate()
        close(epoll)
    }
}
