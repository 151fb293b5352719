import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Services
import Synchronization

/// What an event stream tells.
protocol EventSource: Sendable {
    /// What is new since the last look.
    mutating func look() async -> EventLook
}

struct EventLook: Sendable {
    var events: [ServerEvent] = []
    /// There is nothing more to come.
    var isLast = false
}

/// An answer that goes on for as long as there is something to tell: server-sent events, as browsers know them.
///
/// It ends with its source, after ten minutes, when the client has gone and when the server shuts down. A client that wants to hear more
/// connects again, which is how it finds another server.
struct EventStream: Sendable {
    static let interval = Duration.milliseconds(250)

    private let request: Request
    private let source: any EventSource
    /// Free again as soon as nobody holds the stream any more, whether it was ever begun or not.
    private let place: EventStreamPlaces.Place

    init(_ request: Request, _ source: some EventSource, _ place: EventStreamPlaces.Place) {
        self.request = request
        self.source = source
        self.place = place
    }

    var response: Response {
        var headers = HTTPFields()
        headers[.contentType] = ServerEvent.mediaType
        headers[.cacheControl] = "no-store"
        // nginx would keep events back until a buffer is full.
        headers[.xAccelBuffering] = "no"
        // Whether the client has gone is found out by reading on, after which nothing else can be read.
        headers[.connection] = "close"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await tell(&writer)
                try await writer.finish(nil)
            })
    }

    private func tell(_ writer: inout any ResponseBodyWriter) async throws {
        let hasGone = Flag()
        try await request.body.consumeWithInboundCloseHandler { _ in
            try await writer.write(ByteBuffer(string: ServerEvent.retry))
            let start = ContinuousClock.now
            var pace = EventPace()
            var source = source
            while !hasGone.isRaised, !Task.isShuttingDownGracefully {
                let look = await source.look()
                for event in look.events { try await writer.write(ByteBuffer(bytes: event.bytes)) }
                switch pace.next(after: look, at: start.duration(to: .now)) {
                case .wait: break
                case .keepAlive: try await writer.write(ByteBuffer(string: ServerEvent.keepAlive))
                case .end: return
                }
                try await Task.sleep(for: Self.interval)
            }
        } onInboundClosed: {
            hasGone.raise()
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isRaised: Bool { value.load(ordering: .relaxed) }

        func raise() { value.store(true, ordering: .relaxed) }
    }
}

extension HTTPField.Name {
    fileprivate static let xAccelBuffering = Self("X-Accel-Buffering")!
}
