/// A chat or call between the user and an agent. It lives as long as its heartbeat.
package struct LiveSession: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case chat, call }

    /// How long a session lives without a heartbeat.
    package static let secondsWithoutHeartbeat: Int64 = 60

    /// The ticket's version that opened it.
    package var id: ID<LiveSession>
    package var kind: Kind
    package var agentID: ID<Agent>
    package var startedAt: Timestamp
    package var expiresAt: Timestamp

    package init(id: ID<LiveSession>, kind: Kind, agentID: ID<Agent>, startedAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.kind = kind
        self.agentID = agentID
        self.startedAt = startedAt
        self.expiresAt = expiresAt
    }
}
