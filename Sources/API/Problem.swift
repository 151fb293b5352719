import Domain
import JSON

/// A problem document, RFC 9457.
struct Problem: Sendable {
    var status: Int
    var detail: String
    var faults: [FieldFault] = []
    /// Where the thing is now.
    var location: String?

    static let mediaType = "application/problem+json"

    static let titles: [Int: String] = [
        308: "Moved",
        400: "The request cannot be read",
        401: "No valid token",
        403: "Not allowed",
        404: "Not found",
        405: "Method not allowed",
        408: "The request took too long to arrive",
        409: "The state does not allow it",
        412: "Changed in the meantime",
        413: "Too large",
        415: "Not JSON",
        422: "Invalid",
        423: "The helpdesk is suspended",
        429: "Too many requests",
        500: "Our fault",
        503: "The database is away",
    ]

    static let faults = Schema.array(
        .object([Schema.property("field", .string()), Schema.property("code", .string()), Schema.property("message", .string())]))

    static let schema = Schema.object([
        Schema.property("type", .string(description: "Where the problem is explained, relative to this server.")),
        Schema.property("title", .string()),
        Schema.property("status", .integer(minimum: 300, maximum: 599)),
        Schema.property("detail", .string()),
        Schema.property("errors", faults, required: false),
    ])

    var body: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.key("type")
            writer.string("/docs#\(status)")
            writer.key("title")
            writer.string(Self.titles[status] ?? "Problem")
            writer.key("status")
            writer.number(status)
            writer.key("detail")
            writer.string(detail)
            if !faults.isEmpty {
                writer.key("errors")
                writer.faults(faults)
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    mutating func faults(_ faults: [FieldFault]) {
        array(faults) { writer, fault in
            writer.object { writer in
                writer.key("field")
                writer.string(fault.field)
                writer.key("code")
                writer.string(fault.code)
                writer.key("message")
                writer.string(fault.message)
            }
        }
    }
}
