import HTTPTypes
import Hummingbird
import NIOCore
import Services

/// What a handler answers, before it is HTTP: so that an answer can be kept with its idempotency key.
struct Answer: Sendable {
    var status: Int = 200
    var etag: String?
    var location: String?
    var body: [UInt8]
    /// In place of a body: what is told while it happens.
    var events: EventStream?

    init(status: Int = 200, etag: String? = nil, location: String? = nil, body: [UInt8]) {
        self.status = status
        self.etag = etag
        self.location = location
        self.body = body
    }

    init(events: EventStream) {
        self.init(body: [])
        self.events = events
    }

    /// Done, and nothing to show.
    static let nothing = Answer(status: 204, body: [])

    init(_ recorded: RecordedAnswer) {
        self.init(status: recorded.status, etag: recorded.etag, location: recorded.location, body: Array(recorded.body.utf8))
    }

    var recorded: RecordedAnswer {
        RecordedAnswer(status: status, etag: etag, location: location, body: String(decoding: body, as: UTF8.self))
    }

    var response: Response {
        if let events { return events.response }
        var headers = HTTPFields()
        // Answers are somebody's own; no cache between us may keep them.
        headers[.cacheControl] = "private, no-cache"
        if let etag { headers[.eTag] = etag }
        if let location { headers[.location] = location }
        if status == 304 || status == 204 { return Response(status: .init(code: status), headers: headers) }
        headers[.contentType] = "application/json"
        headers[.contentLength] = String(body.count)
        return Response(status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension Response {
    static func text(_ text: String, _ mediaType: String, status: HTTPResponse.Status = .ok) -> Response {
        let body = ByteBuffer(string: text)
        var headers = HTTPFields()
        headers[.contentType] = mediaType
        headers[.contentLength] = String(body.readableBytes)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    static func problem(_ problem: Problem) -> Response {
        let body = ByteBuffer(bytes: problem.body)
        var headers = HTTPFields()
        headers[.contentType] = Problem.mediaType
        headers[.contentLength] = String(body.readableBytes)
        switch problem.status {
        case 401: headers[.wwwAuthenticate] = "Bearer"
        case 503, 429: headers[.retryAfter] = "1"
        default: break
        }
        if let location = problem.location { headers[.location] = location }
        return Response(status: .init(code: problem.status), headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
