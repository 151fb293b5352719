import Domain
import Services
import Support
import Testing

@Suite("What a purge takes, and what it never takes")
struct PurgeTakingTests {
    @Test(
        "A run takes what is due in its own status: nothing visible, held, restored, of the other status or hidden too late",
        arguments: HiddenStatus.allCases)
    func onlyItsOwn(_ status: HiddenStatus) async throws {
        try await withTenant { tenant in
            let other: HiddenStatus = status == .spam ? .deleted : .spam
            let due = try await tenant.hide(3, as: status)
            let held = try await tenant.hide(1, as: status)
            try await tenant.hold(held[0])
            let restored = try await tenant.hide(1, as: status)
            let changed = try await tenant.hide(1, as: status)
            let others = try await tenant.hide(2, as: other)
            let again = try await tenant.hide(1, as: status)
            let visible = try await tenant.makeTicket().id
            let heldAndVisible = try await tenant.makeTicket().id
            try await tenant.hold(heldAndVisible)
            tenant.clock.advance(days: 20)
            _ = try await tenant.byAgent { try await tenant.helpdesk.restoreTicket(restored[0], Restoration(), $0) }
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(changed[0], as: other, $0) }
            // Its clock runs anew.
            _ = try await tenant.byAgent { try await tenant.helpdesk.restoreTicket(again[0], Restoration(), $0) }
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(again[0], as: status, $0) }
            let late = try await tenant.hide(1, as: status)
            tenant.clock.advance(days: 10)

            let ending = try await tenant.purge(status, .due, by: 2)
            let left = try await tenant.everyTicket
            let kept = held + restored + changed + others + again + [visible, heldAndVisible] + late
            #expect(left == kept.sorted { $0.value < $1.value })
            #expect(ending.run.state == .done)
            #expect(ending.run.figures.purged == Int64(due.count))
            #expect(ending.run.figures.held == 1)
            #expect(ending.verdict == .usual)
            #expect(ending.dueFrom == tenant.clock.now.advanced(byDays: 20))

            // Everything in that status, by hand: held and visible ones stay all the same.
            let all = try await tenant.purge(status, .all)
            let leftByAll = try await tenant.everyTicket
            #expect(leftByAll == (held + restored + changed + others + [visible, heldAndVisible]).sorted { $0.value < $1.value })
            #expect(all.run.figures.purged == 2)
            #expect(all.run.figures.held == 1)
            #expect(all.dueFrom == nil)
        }
    }

    @Test("A run that is to take everything takes what was hidden when it was asked for, and nothing that was hidden since")
    func allUntilAsked() async throws {
        try await withTenant { tenant in
            _ = try await tenant.hide(4, as: .spam)
            let run = try await tenant.start(.spam, .all)
            let first = try await tenant.piece(of: run, taking: 2)
            tenant.clock.advance(seconds: 1)
            let since = try await tenant.hide(2, as: .spam)
            let ending = try await tenant.finish(run)
            let left = try await tenant.everyTicket
            #expect(first.count == 2)
            #expect(ending.run.figures.purged == 4)
            #expect(left == since)
        }
    }

    @Test("What a ticket restored or held in the middle of a run was to be counted as, it is not")
    func changedOnTheWay() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(6, as: .spam)
            let run = try await tenant.start(.spam)
            let first = try await tenant.piece(of: run, taking: 2)
            _ = try await tenant.byAgent { try await tenant.helpdesk.restoreTicket(hidden[3], Restoration(), $0) }
            try await tenant.hold(hidden[4])
            let ending = try await tenant.finish(run, by: 2)
            let left = try await tenant.everyTicket
            #expect(first.count == 2)
            #expect(left == [hidden[3], hidden[4]])
            #expect(ending.run.figures == PurgeFigures(purged: 4, held: 1, messages: 4, bytes: 4 * 27))
        }
    }

    @Test("Tickets hidden at the same moment go in the order of their numbers, and none is passed over, however small the pieces")
    func sameMoment() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(7, as: .spam)
            let run = try await tenant.start(.spam)
            var left: [[ID<Ticket>]] = []
            for _ in 0..<7 {
                _ = try await tenant.piece(of: run, taking: 1)
                left.append(try await tenant.everyTicket)
            }
            #expect(left == (1...7).map { Array(hidden.dropFirst($0)) })
            let ending = try await tenant.finish(run)
            #expect(ending.run.figures.purged == 7)
        }
    }

    @Test("The numbers of tickets that were merged into a purged one, and into those, go with it; none leads anywhere any more")
    func mergedTickets() async throws {
        try await withTenant { tenant in
            let desk = tenant.helpdesk
            var ids: [ID<Ticket>] = []
            for number in 1...6 { ids.append(try await tenant.makeTicket("Nr. \(number)", message: "Text").id) }
            // One into two, two and three into four; five into six, which stays.
            _ = try await tenant.byAgent { try await desk.mergeTickets([ids[0]], into: ids[1], $0) }
            _ = try await tenant.byAgent { try await desk.mergeTickets([ids[1], ids[2]], into: ids[3], $0) }
            _ = try await tenant.byAgent { try await desk.mergeTickets([ids[4]], into: ids[5], $0) }
            let leads = await refusal { _ = try await tenant.read(ids[0]) }
            _ = try await tenant.byAgent { try await desk.hideTicket(ids[3], as: .deleted, $0) }
            let redirections = try await tenant.sql(
                "select count(*) from helpdesk.tickets where tenant_id = $tenant and merged_into is not null")

            let ending = try await tenant.purge(.deleted)
            let left = try await tenant.everyTicket
            let others = await refusal { _ = try await tenant.read(ids[4]) }
            #expect(leads == .merged(into: ids[3]) || leads == .merged(into: ids[1]))
            #expect(redirections == [["4"]])
            #expect(left == [ids[4], ids[5]])
            #expect(others == .merged(into: ids[5]))
            for id in ids[0...3] {
                let refused = await refusal { _ = try await tenant.read(id) }
                #expect(refused == .notFound)
            }
            // One ticket, with all that had been said.
            #expect(ending.run.figures.purged == 1)
            #expect(ending.run.figures.messages == 4)
        }
    }

    @Test("A helpdesk's purge leaves the tickets of all others alone")
    func otherHelpdesks() async throws {
        try await withTenant { tenant in
            try await withTenant { other in
                _ = try await tenant.hide(3, as: .spam)
                let theirs = try await other.hide(3, as: .spam)
                let ending = try await tenant.purge(.spam)
                let left = try await tenant.everyTicket
                let theirLeft = try await other.everyTicket
                let theirRuns = try await other.helpdesk.listPurgeRuns(before: nil, limit: 5, other.admin.access).items
                #expect(ending.run.figures.purged == 3)
                #expect(left.isEmpty)
                #expect(theirLeft == theirs)
                #expect(theirRuns.isEmpty)
            }
        }
    }

    @Test("A run with nothing to take ends as done and leaves its receipt, too")
    func nothing() async throws {
        try await withTenant { tenant in
            let ending = try await tenant.purge(.deleted)
            let record = try await tenant.read(ending.run)
            #expect(ending.run.state == .done)
            #expect(ending.run.figures == PurgeFigures())
            #expect(ending.verdict == .usual)
            #expect(record.receipt?.number == 1)
        }
    }

    @Test("Runs are listed newest first, with who or what asked for them, what they took and their receipts")
    func listed() async throws {
        try await withTenant { tenant in
            _ = try await tenant.hide(2, as: .spam)
            let slot = tenant.clock.now
            let scheduled = try await tenant.startOnSchedule(.spam)
            try await tenant.finish(scheduled)
            let manual = try await tenant.purge(.spam, .all).run
            let waiting = try await tenant.start(.deleted)
            let firstPage = try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 2, tenant.agent.access)
            let secondPage = try await tenant.helpdesk.listPurgeRuns(before: firstPage.next, limit: 2, tenant.agent.access)
            let last = try await tenant.helpdesk.readPurgeSchedule(.spam, tenant.agent.access).lastRun
            let absent = await refusal { _ = try await tenant.helpdesk.readPurgeRun(ID(99), tenant.agent.access) }
            let runs = firstPage.items + secondPage.items
            #expect(runs.map(\.run.id) == [waiting.id, manual.id, scheduled.id])
            #expect(runs.map(\.run.state) == [.queued, .done, .done])
            #expect(runs.map(\.run.trigger) == [.manual(by: tenant.adminID), .manual(by: tenant.adminID), .schedule(slot: slot)])
            #expect(runs.map(\.run.scope) == [.all, .all, .due])
            #expect(runs.map(\.receipt?.number) == [nil, 2, 1])
            #expect(runs[1].receipt?.previousHash == runs[2].receipt?.hash)
            #expect(secondPage.next == nil)
            #expect(last == runs[1])
            #expect(absent == .notFound)
        }
    }
}
