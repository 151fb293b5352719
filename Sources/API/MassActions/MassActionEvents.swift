import Domain
import JSON
import Services

/// A mass action as it goes on: `progress` whenever its figures or its state are different, and `done` in the end.
struct MassActionEvents: EventSource {
    private let helpdesk: Helpdesk
    private let id: ID<MassAction>
    private var access: Access
    private let refreshed: @Sendable () async throws -> Access
    private var tale = MassActionTale()
    /// Read already, to see whether there is anything to follow.
    private var first: MassAction?

    init(_ helpdesk: Helpdesk, _ action: MassAction, _ context: TenantContext) {
        self.helpdesk = helpdesk
        id = action.id
        access = context.access
        refreshed = context.refreshed
        first = action
    }

    mutating func look() async -> EventLook {
        if let action = first {
            first = nil
            return tale.told(action)
        }
        do {
            return tale.told(try await helpdesk.readMassAction(id, by: MassActionAuthor(access)))
        } catch is StaleAccess {
            // A right was taken away, a setting changed, the token revoked: that tells the next look.
            guard let now = try? await refreshed() else { return EventLook(isLast: true) }
            access = now
            return EventLook()
        } catch is DatabaseUnavailable {
            return EventLook()
        } catch {
            return EventLook(isLast: true)
        }
    }
}

/// Which of what was seen is news.
struct MassActionTale {
    private var last: MassAction?

    mutating func told(_ action: MassAction) -> EventLook {
        if let last, last.state == action.state, last.figures == action.figures { return EventLook() }
        last = action
        var writer = JSONWriter()
        writer.massAction(action)
        let isLast = action.state.isFinished
        // It never goes down, so who comes back knows whether something has happened.
        let event = ServerEvent(name: isLast ? "done" : "progress", id: String(action.figures.all), data: writer.bytes)
        return EventLook(events: [event], isLast: isLast)
    }
}
