/// What a purge run leaves behind: that it was, what it was told and how much it took, chained to the one before.
package struct PurgeReceipt: Equatable, Sendable {
    /// Before the first one.
    package static let noHash = [UInt8](repeating: 0, count: 32)

    /// Counts a helpdesk's receipts from 1, without gaps.
    package var number: Int64
    package var tenant: ID<Tenant>
    package var run: ID<PurgeRun>
    package var status: HiddenStatus
    package var scope: PurgeRun.Scope
    /// `schedule` or `manual`.
    package var trigger: String
    package var state: PurgeRun.State
    package var retentionDays: Int
    package var hiddenUntil: Timestamp
    package var figures: PurgeFigures
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var previousHash: [UInt8]

    package init(
        number: Int64, tenant: ID<Tenant>, run: ID<PurgeRun>, status: HiddenStatus, scope: PurgeRun.Scope, trigger: String,
        state: PurgeRun.State, retentionDays: Int, hiddenUntil: Timestamp, figures: PurgeFigures, startedAt: Timestamp,
        finishedAt: Timestamp, previousHash: [UInt8]
    ) {
        self.number = number
        self.tenant = tenant
        self.run = run
        self.status = status
        self.scope = scope
        self.trigger = trigger
        self.state = state
        self.retentionDays = retentionDays
        self.hiddenUntil = hiddenUntil
        self.figures = figures
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.previousHash = previousHash
    }

    /// What its SHA-256 is taken of: one line for each thing, so that anybody can do it again by hand.
    package var text: String {
        let lines: [(String, String)] = [
            ("tenant", "\(tenant)"), ("number", "\(number)"), ("run", "\(run)"), ("status", status.rawValue), ("scope", scope.rawValue),
            ("trigger", trigger), ("state", state.rawValue), ("retention_days", "\(retentionDays)"), ("hidden_until", "\(hiddenUntil)"),
            ("purged", "\(figures.purged)"), ("held", "\(figures.held)"), ("messages", "\(figures.messages)"),
            ("attachments", "\(figures.attachments)"), ("bytes", "\(figures.bytes)"), ("started_at", "\(startedAt)"),
            ("finished_at", "\(finishedAt)"), ("previous", previousHash.hexadecimal),
        ]
        return "deskyard purge receipt 1\n" + lines.map { "\($0)=\($1)\n" }.joined()
    }
}

extension [UInt8] {
    /// Two lower-case digits a byte.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
