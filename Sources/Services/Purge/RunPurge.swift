import Domain
import Repositories

/// What a piece of a purge run came to.
package enum PurgePiece: Equatable, Sendable {
    /// Tickets are gone; there may be more, after a rest of so many milliseconds.
    case took(Int, rest: Double)
    /// What is left is in somebody's hands: come back in a moment.
    case waiting
    case ended(PurgeEnding)
    /// The run had ended before.
    case over
}

/// How a run ended, for those who watch.
package struct PurgeEnding: Equatable, Sendable {
    package var run: PurgeRun
    package var verdict: PurgeVerdict
    /// What is due and still there, held tickets apart; counted up to a thousand.
    package var left: Int64
    /// From when on something is overdue that the run has left.
    package var dueFrom: Timestamp?
}

/// The tickets changed under a lock that should have kept them: nothing was deleted.
package struct PurgeMismatch: Error, CustomStringConvertible {
    package var expected: Int
    package var deleted: Int
    package var description: String { "\(deleted) of \(expected) locked tickets could be deleted; nothing was" }
}

extension Helpdesk {
    /// How often a run starts over for tickets that were locked when it came by.
    private static let passes = 5

    /// One batch of a run, in one transaction: what goes, what stays of it, the figures and the place to go on from. Killed anywhere, it
    /// has either happened or not.
    /// - Throws: `Refusal.tenantNotActive` while the helpdesk is suspended.
    package func purgePiece(_ id: ID<PurgeRun>, in scope: TenantScope) async throws -> PurgePiece {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now) { tx in
            let start = ContinuousClock.now
            guard var progress = try await tx.purgeRuns.lock(id).value else { throw Refusal.tenantNotActive }
            if progress.run.state.isFinished { return Pending(.over) }
            // As it is now, not as it was when the run began: nobody loses what the new schedule keeps.
            let schedule = try await tx.purgeSchedules.hold(progress.run.status).value
            if case .schedule = progress.run.trigger, !schedule.enabled {
                return Pending(.ended(try await tx.end(&progress, as: .cancelled, schedule, at: now)))
            }
            progress.run.state = .running
            progress.run.startedAt = progress.run.startedAt ?? now

            let until = progress.run.hiddenUntil(schedule)
            let doomed = try await tx.purge.choose(
                progress.run.status, hiddenUntil: until, after: progress.position, limit: progress.pace.size
            ).value
            if doomed.tickets.isEmpty {
                let isLeft = try await tx.purge.countDue(progress.run.status, hiddenUntil: until, most: 1).value > 0
                guard isLeft, progress.pass < Self.passes else {
                    return Pending(.ended(try await tx.end(&progress, as: .done, schedule, at: now)))
                }
                progress.pass += 1
                progress.position = nil
                tx.purgeRuns.update(progress)
                return Pending(.waiting)
            }
            progress.run.keep(schedule)
            let gone = try await tx.takeAway(doomed.tickets, as: progress.run.status, at: now)
            progress.run.figures.purged += Int64(doomed.tickets.count)
            progress.run.figures.messages += gone.messages
            progress.run.figures.bytes += gone.bytes
            progress.position = doomed.last
            let milliseconds = start.duration(to: .now) / .milliseconds(1)
            progress.pace.learn(tickets: doomed.tickets.count, milliseconds: milliseconds, others: doomed.others)
            tx.purgeRuns.update(progress)
            return Pending(.took(doomed.tickets.count, rest: progress.pace.rest(after: milliseconds, others: doomed.others)))
        }
    }

    /// A piece has failed: the next one is smaller.
    package func shrinkPurge(_ id: ID<PurgeRun>, in scope: TenantScope) async throws {
        try await database.transaction(in: scope, at: clock.now()) { tx in
            guard var progress = try await tx.purgeRuns.lock(id).value, !progress.run.state.isFinished else { return Pending(()) }
            progress.pace.shrink()
            tx.purgeRuns.update(progress)
            return Pending(())
        }
    }

    /// Ends a run whose job was thrown away. What it took stays taken.
    package func abandonPurge(_ id: ID<PurgeRun>, as state: PurgeRun.State, in scope: TenantScope) async throws -> PurgeEnding? {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now) { tx in
            guard var progress = try await tx.purgeRuns.lock(id).value, !progress.run.state.isFinished else { return Pending(nil) }
            let schedule = try await tx.purgeSchedules.hold(progress.run.status).value
            return Pending(try await tx.end(&progress, as: state, schedule, at: now))
        }
    }
}

extension TenantTransaction {
    /// Tickets that this transaction has locked.
    func takeAway(
        _ tickets: [ID<Ticket>], as status: HiddenStatus, at now: Timestamp
    ) async throws -> (messages: Int64, bytes: Int64) {
        let leading = try await purge.leading(to: tickets).value
        let gone = purge.settle(tickets, as: status, at: now)
        let deleted = try await purge.delete(tickets + leading).value
        guard deleted == tickets.count + leading.count else {
            throw PurgeMismatch(expected: tickets.count + leading.count, deleted: deleted)
        }
        return try await gone.value
    }

    /// Ends a run and writes its receipt. The schedule is held: whoever changes it locks it before the helpdesk's settings, as this does.
    func end(
        _ progress: inout PurgeProgress, as state: PurgeRun.State, _ schedule: PurgeSchedule, at now: Timestamp
    ) async throws -> PurgeEnding {
        var run = progress.run
        let until = run.hiddenUntil(schedule)
        let last = purgeReceipts.lockLast()
        let held = purge.countHeld(run.status, hiddenUntil: until)
        let left = purge.countDue(run.status, hiddenUntil: until, most: 1000)
        let oldest = purge.oldest(run.status)
        let lately = purgeRuns.lately(run)
        let previous = try await last.value

        run.state = state
        run.startedAt = run.startedAt ?? now
        run.finishedAt = max(now, run.startedAt ?? now)
        run.figures.held = try await held.value
        progress.run = run
        purgeRuns.update(progress)
        append(PurgeReceipt(of: run, in: scope.tenant, hiddenUntil: run.tookUntil ?? until, after: previous))
        let dueFrom = schedule.dueFrom(oldest: try await oldest.value)
        purgeSchedules.setDue(from: dueFrom, of: run.status)
        let verdict = PurgeVerdict(purged: run.figures.purged, left: try await left.value, lately: try await lately.value)
        return PurgeEnding(run: run, verdict: verdict, left: try await left.value, dueFrom: dueFrom)
    }
}

extension PurgeRun {
    /// What the receipt is to say: the widest reach any batch had.
    fileprivate mutating func keep(_ schedule: PurgeSchedule) {
        let until = hiddenUntil(schedule)
        tookUntil = tookUntil.map { max($0, until) } ?? until
        retentionDays = min(retentionDays, schedule.retentionDays)
    }
}

extension TenantTransaction {
    /// Of chosen tickets that were purged: a run that has ended, with its receipt.
    func recordPurge(_ run: PurgeRun) async throws {
        let previous = try await purgeReceipts.lockLast().value
        var progress = PurgeProgress(run: run)
        progress.run.tookUntil = run.createdAt
        guard try await purgeRuns.insert(progress.run).value else { throw Refusal.conflict(.purgeRunning) }
        purgeRuns.update(progress)
        append(PurgeReceipt(of: progress.run, in: scope.tenant, hiddenUntil: run.createdAt, after: previous))
    }

    private func append(_ receipt: PurgeReceipt) { purgeReceipts.append(receipt, hash: receipt.hash) }
}

extension PurgeReceipt {
    /// - Parameter previous: the one before it in the chain; nil: it is the first.
    fileprivate init(of run: PurgeRun, in tenant: ID<Tenant>, hiddenUntil: Timestamp, after previous: PurgeReceipts.Kept?) {
        let end = run.finishedAt ?? run.createdAt
        self.init(
            number: (previous?.receipt.number ?? 0) + 1, tenant: tenant, run: run.id, status: run.status, scope: run.scope,
            trigger: run.trigger.name, state: run.state, retentionDays: run.retentionDays, hiddenUntil: hiddenUntil, figures: run.figures,
            startedAt: run.startedAt ?? end, finishedAt: end, previousHash: previous?.hash ?? PurgeReceipt.noHash)
    }

    var hash: [UInt8] { sha256(Array(text.utf8)) }
}
