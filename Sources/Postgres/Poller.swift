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
        var sockets: [Int32: Watched] = [:]
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
    func watch(_ socket: Int32, _ signal: SocketSignal, onUnexpected: @escaping @Sendable () -> Void) {
        state.withLock { $0.sockets[socket] = Watched(signal: signal, onUnexpected: onUnexpected) }
        control(EPOLL_CTL_ADD, socket, writable: false)
    }

    /// Also wakes up when the socket takes more bytes; wanted only while libpq could not send everything.
    func wantsToWrite(_ socket: Int32, _ wanted: Bool) { control(EPOLL_CTL_MOD, socket, writable: wanted) }

    func forget(_ socket: Int32) {
        state.withLock { $0.sockets[socket] = nil }
        control(EPOLL_CTL_DEL, socket, writable: false)
    }

    func everyBeat(of owner: AnyObject, _ body: @escaping @Sendable (ContinuousClock.Instant) -> Void) {
        state.withLock { $0.timers[ObjectIdentifier(owner)] = body }
    }

    func noBeat(of owner: AnyObject) { state.withLock { $0.timers[ObjectIdentifier(owner)] = nil } }

    /// Edge-triggered: one wake-up for each arrival, and none while the holder is still reading.
    private func control(_ operation: Int32, _ socket: Int32, writable: Bool) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue | (writable ? EPOLLOUT.rawValue : 0)
        event.data.fd = socket
        epoll_ctl(epoll, operation, socket, &event)
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
                let (timers, stopped) = state.withLock { (Array($0.timers.values), $0.stopped) }
                if stopped { break }
                for timer in timers { timer(now) }
            }
            let ready = epoll_wait(epoll, events, Int32(capacity), Int32(beat / .milliseconds(1)))
            guard ready > 0 else { continue }
            for index in 0..<Int(ready) {
                let socket = events[index].data.fd
                guard let watched = state.withLock({ $0.sockets[socket] }) else { continue }
                let hungUp = events[index].events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
                if watched.signal.arrived(hungUp: hungUp) { watched.onUnexpected() }
            }
        }
        events.deallocate()
        close(epoll)
    }
}
