import Domain
import JSON

extension TicketQueue: Resource {
    static let path = "/v1/queues"
    static let schemaName = "TicketQueue"
    static let schema = QueueBodies.queue

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.string(name.text)
            writer.key("built_in")
            writer.optional(builtIn?.rawValue)
            writer.key("criteria")
            writer.queueCriteria(criteria)
            writer.key("sort")
            writer.string(order.text)
            writer.key("visible_to")
            writer.visibility(visibility)
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
            writer.key("updated_at")
            writer.string(plain: updatedAt.utf8)
        }
    }
}

extension Answer {
    static func counts(_ counts: [ID<TicketQueue>: QueueCount]) -> Answer {
        var writer = JSONWriter(capacity: 32 * counts.count + 32)
        writer.object { writer in
            writer.key("counts")
            writer.object { writer in
                for (id, count) in counts.sorted(by: { $0.key < $1.key }) {
                    writer.key(dynamic: id.description)
                    if count.isCapped { writer.string(QueueCount.beyond) } else { writer.number(count.count) }
                }
            }
        }
        return Answer(body: writer.bytes)
    }
}

extension QueueCount {
    /// For more than the cap.
    static let beyond = "\(cap / 1000),000+"
}

extension JSONWriter {
    fileprivate mutating func visibility(_ visibility: QueueVisibility) {
        switch visibility {
        case .everybody: string(QueueBodies.everybody)
        case .only(let teams, let agents):
            object { writer in
                writer.key("teams")
                writer.array(teams.sorted()) { $0.number($1.value) }
                writer.key("agents")
                writer.array(agents.sorted()) { $0.number($1.value) }
            }
        }
    }
}
