import Domain
import JSON

// A job as it lies in the queue: its kind in a column of its own, the rest as JSON.
extension Job {
    var payload: String {
        var writer = JSONWriter(capacity: 64)
        writer.object { writer in
            switch self {
            case .probe, .forgetMassActions, .rebuildSearch: break
            case .scheduledPurge(let status, let slot):
                writer.key("status")
                writer.string(status.rawValue)
                writer.key("slot")
                writer.number(slot.milliseconds)
            case .purge(let run):
                writer.key("run")
                writer.number(run.value)
            case .massAction(let id, let lane):
                writer.key("mass_action")
                writer.number(id.value)
                writer.key("lane")
                writer.number(lane)
            case .refreshUserDocuments(let user):
                writer.key("user")
                writer.number(user.value)
            }
        }
        return writer.text
    }

    /// Nil for what a newer release put there; that one will know it.
    init?(kind: String, payload: String) {
        guard let kind = Kind(rawValue: kind) else { return nil }
        switch kind {
        case .probe: self = .probe
        case .scheduledPurge:
            guard let json = try? JSONValue(parsing: payload.utf8), let status = json["status"]?.string.flatMap(HiddenStatus.init),
                let slot = json["slot"]?.integer
            else { return nil }
            self = .scheduledPurge(status, slot: Timestamp(milliseconds: slot))
        case .purge:
            guard let json = try? JSONValue(parsing: payload.utf8), let run = json["run"]?.integer else { return nil }
            self = .purge(ID(run))
        case .massAction:
            guard let json = try? JSONValue(parsing: payload.utf8), let id = json["mass_action"]?.integer, let lane = json["lane"]?.integer
            else { return nil }
            self = .massAction(ID(id), lane: Int(lane))
        case .forgetMassActions: self = .forgetMassActions
        case .rebuildSearch: self = .rebuildSearch
        case .refreshUserDocuments:
            guard let json = try? JSONValue(parsing: payload.utf8), let user = json["user"]?.integer else { return nil }
            self = .refreshUserDocuments(ID(user))
        }
    }
}
