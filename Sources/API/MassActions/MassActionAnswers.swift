import Domain
import JSON
import Services

extension Answer {
    static func massAction(_ action: MassAction, status: Int = 200) -> Answer {
        var writer = JSONWriter()
        writer.massAction(action)
        return Answer(status: status, location: status == 202 ? "\(MassActionRoutes.path)/\(action.id)" : nil, body: writer.bytes)
    }

    static func massPreview(_ preview: MassPreview) -> Answer {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("total")
            writer.number(preview.total)
            writer.key("by_status")
            writer.counts(preview.byStatus)
            writer.key("by_department")
            writer.counts(preview.byDepartment)
            writer.key("by_agent")
            writer.counts(preview.byAgent, nobody: preview.unassigned)
            writer.key("sample")
            writer.array(preview.sample) { $0.number($1.value) }
            writer.key("examined")
            writer.number(preview.examined)
            writer.key("would_change")
            writer.number(preview.wouldChange)
            writer.key("would_leave")
            writer.counts(preview.reasons)
            writer.key("undoable")
            writer.bool(preview.isUndoable)
            writer.key("token")
            writer.string(preview.token)
            writer.key("expires_at")
            writer.string(plain: preview.expiresAt.utf8)
        }
        return Answer(body: writer.bytes)
    }
}

extension JSONWriter {
    mutating func massAction(_ action: MassAction) {
        let (undone, retried): (ID<MassAction>?, ID<MassAction>?) =
            switch action.origin {
            case .selection: (nil, nil)
            case .undo(let id): (id, nil)
            case .retry(let id): (nil, id)
            }
        object { writer in
            writer.key("id")
            writer.number(action.id.value)
            writer.key("state")
            writer.string(action.state.rawValue)
            writer.key("total")
            writer.number(action.total)
            writer.key("done")
            writer.number(action.figures.done)
            writer.key("skipped")
            writer.number(action.figures.skipped)
            writer.key("failed")
            writer.number(action.figures.failed)
            writer.key("actions")
            writer.ticketActions(action.actions)
            writer.key("created_by")
            writer.optional(action.createdBy?.value)
            writer.key("created_at")
            writer.string(plain: action.createdAt.utf8)
            writer.key("started_at")
            writer.optional(action.startedAt)
            writer.key("finished_at")
            writer.optional(action.finishedAt)
            writer.key("undo_until")
            writer.optional(action.undoUntil)
            writer.key("undo_of")
            writer.optional(undone?.value)
            writer.key("retry_of")
            writer.optional(retried?.value)
            writer.key("reasons")
            writer.counts(action.reasons)
            writer.key("items_until")
            writer.optional(action.itemsUntil)
        }
    }

    mutating func massActionItem(_ item: MassActionItem) {
        object { writer in
            writer.key("ticket_id")
            writer.number(item.ticketID.value)
            writer.key("outcome")
            writer.string(item.outcome.kind.rawValue)
            writer.key("reason")
            writer.optional(item.outcome.reason)
            if !item.outcome.faults.isEmpty {
                writer.key("errors")
                writer.faults(item.outcome.faults)
            }
        }
    }

    fileprivate mutating func counts(_ counts: [String: Int64]) {
        object { writer in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                writer.key(dynamic: name)
                writer.number(count)
            }
        }
    }

    fileprivate mutating func counts<Entity>(_ counts: [ID<Entity>: Int64], nobody: Int64 = 0) {
        object { writer in
            if nobody > 0 {
                writer.key("none")
                writer.number(nobody)
            }
            for (id, count) in counts.sorted(by: { $0.key < $1.key }) {
                writer.key(dynamic: id.description)
                writer.number(count)
            }
        }
    }
}
