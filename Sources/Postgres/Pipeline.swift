import DequeModule

/// What the server still owes for one exchange: a run of statements closed by a sync, sent in one go.
///
/// Pure: libpq's results go in, what to do with them comes out. After an error the server skips everything up to the sync
/// (<https://www.postgresql.org/docs/15/libpq-pipeline-mode.html>), so the first error is the exchange's error.
struct Pipeline: Equatable {
    /// One command on the wire.
    enum Step: Equatable {
        /// A `Parse` under this name, for the statement that follows.
        case prepare(name: String)
        /// The execution of the n-th statement of the exchange.
        case execute(Int)
        /// A command whose rows interest nobody: forgetting an old prepared statement.
        case housekeeping
        case sync
    }

    /// What libpq hands out, reduced to what decides.
    enum Arrival: Equatable {
        case success
        case failure
        case skipped
        /// `PQgetResult` gave null: the command at the front is over.
        case endOfCommand
        case sync
    }

    enum Verdict: Equatable {
        case keepRows(Int)
        case remember(name: String)
        /// The exchange's error, with the statement it belongs to (`nil`: housekeeping).
        case fail(Int?)
        case nothing
        case complete
        /// The server and we no longer agree on what is being answered; the connection must go.
        case outOfStep
    }

    private var owed: Deque<Step> = []
    private var failed = false

    var isIdle: Bool { owed.isEmpty }

    mutating func sent(_ step: Step) {
        if owed.isEmpty { failed = false }
        owed.append(step)
    }

    mutating func received(_ arrival: Arrival) -> Verdict {
        guard let step = owed.first else { return .outOfStep }
        switch (arrival, step) {
        case (.sync, .sync):
            owed.removeFirst()
            return owed.isEmpty ? .complete : .nothing
        case (.sync, _), (_, .sync):
            return .outOfStep
        case (.endOfCommand, _):
            owed.removeFirst()
            return .nothing
        case (.skipped, _):
            return .nothing
        case (.success, .prepare(let name)):
            return .remember(name: name)
        case (.success, .execute(let index)):
            return .keepRows(index)
        case (.success, .housekeeping):
            return .nothing
        case (.failure, _):
            guard !failed else { return .nothing }
            failed = true
            return .fail(statementInQuestion)
        }
    }

    /// A failed `Parse` is the fault of the statement it was for.
    private var statementInQuestion: Int? {
        for step in owed {
            if case .execute(let index) = step { return index }
            if step == .housekeeping || step == .sync { return nil }
        }
        return nil
    }
}
