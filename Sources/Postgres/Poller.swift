import CLibpq
import Foundation
import Glibc
import Synchronization

/// Something that wants to know when its socket can be read or written.
protocol Pollable: AnyObject, Sendable {
    /// Called on the poller's thread; must not block.
    func socketReady()
}

/// One thread that waits for all sockets of a process's connections (`epoll`) and beats time for their deadlines.
///
/// Statements are sent on the caller's own thread; only the wait for answers goes through here, so a round trip costs one change
/// of thread and no lock is ever contended for long.
package final class Poller: Sendable {
    /// How often deadlines are looked at; the precision of every timeout of this module.
    static let beat: Duration = .milliseconds(50)

    private struct State {
        var sockets: [Int32: any Pollable] = [:]
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

    func watch(_ socket: Int32, for pollable: any Pollable) {
        state.withLock { $0.sockets[socket] = pollable }
        control(EPOLL_CTL_ADD, socket, writable: false)
    }

    /// Also wakes up when the socket takes more bytes; needed only while libpq could not send everything.
    func wantsToWrite(_ socket: Int32, _ wanted: Bool) { control(EPOLL_CTL_MOD, socket, writable: wanted) }

    func forget(_ socket: Int32) {
        state.withLock { $0.sockets[socket] = nil }
        control(EPOLL_CTL_DEL, socket, writable: false)
    }

    func everyBeat(of owner: AnyObject, _ body: @escaping @Sendable (ContinuousClock.Instant) -> Void) {
        state.withLock { $0.timers[ObjectIdentifier(owner)] = body }
    }

    func noBeat(of owner: AnyObject) { state.withLock { $0.timers[ObjectIdentifier(owner)] = nil } }

    private func control(_ operation: Int32, _ socket: Int32, writable: Bool) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | (writable ? EPOLLOUT.rawValue : 0)
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
                state.withLock { $0.sockets[socket] }?.socketReady()
            }
        }
        events.deallocate()
        close(epoll)
    }
}
