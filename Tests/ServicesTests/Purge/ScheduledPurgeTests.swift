import Domain
import Services
import Support
import Testing

@Suite("Purges by the clock of each helpdesk")
struct ScheduledPurgeTests {
    /// London goes to summer time on 29 March at one, New York on 8 March at two, Lord Howe Island back by half an hour on 5 April at two.
    @Test(
        "Two helpdesks in different zones lose each hidden ticket on its own day, at their own times, over five weeks and three changes of clocks"
    )
    func forWeeks() async throws {
        let worker = try await HandWorker(database: "deskyard_scheduled_weeks")
        let one = try await worker.makeTenant()
        let other = try await worker.makeTenant()
        let schedules = [
            // Half past one is not there on 29 March: the clocks show two when it should come.
            Watched(one, .spam, 7, "01:30", "Europe/London") { $0 < "2026-03-29" ? 90 : $0 == "2026-03-29" ? 60 : 30 },
            Watched(one, .deleted, 3, "23:15", "Europe/London") { $0 < "2026-03-29" ? 1395 : 1335 },
            Watched(other, .spam, 0, "02:30", "America/New_York") { $0 < "2026-03-08" ? 450 : $0 == "2026-03-08" ? 420 : 390 },
            // A quarter to two is there twice on 5 April: the first one counts, that afternoon of the 4th in UTC.
            Watched(other, .deleted, 12, "01:45", "Australia/Lord_Howe") { $0 < "2026-04-05" ? 885 : 915 },
        ]
        for watched in schedules {
            let patch = PurgeSchedulePatch(retentionDays: watched.days, at: LocalTime(watched.at), timeZone: watched.timeZone)
            _ = try await watched.tenant.update(watched.status, patch)
        }
        var generator = SeededGenerator(seed: 42)
        let start = worker.clock.now
        let end = start.advanced(byDays: 36)
        var hides: [Event] = []
        for watched in schedules {
            for day in 0..<36 {
                let time = start.advanced(byDays: day).advanced(bySeconds: .random(in: 0..<86_400, using: &generator))
                hides.append(Event(at: time, watched: watched, isSlot: false))
            }
        }
        let slots = schedules.flatMap { watched in
            watched.slots(after: start, until: end).map { Event(at: $0, watched: watched, isSlot: true) }
        }
        var hidden: [(schedule: Watched, id: ID<Ticket>, at: Timestamp)] = []
        for event in (hides + slots).sorted(by: { $0.at < $1.at }) {
            if event.isSlot {
                worker.wind(to: event.at.advanced(bySeconds: -1))
                let early = try await worker.tick()
                #expect(early == 0, "before \(event.at)")
                worker.wind(to: event.at)
                let due = try await worker.tick()
                #expect(due == 1, "at \(event.at)")
                hidden.removeAll { $0.schedule === event.watched && $0.at.advanced(byDays: $0.schedule.days) <= event.at }
                for tenant in [one, other] {
                    let left = try await tenant.ticketNumbers(worker)
                    let expected = hidden.filter { $0.schedule.tenant.tenant.id == tenant.tenant.id }.map(\.id.value).sorted()
                    #expect(left == expected, "at \(event.at)")
                }
            } else {
                worker.wind(to: event.at)
                let ticket = try await event.watched.tenant.makeTicket(in: .hidden(event.watched.status, from: .pending))
                hidden.append((event.watched, ticket.id, try #require(ticket.hiddenAt)))
            }
        }
        #expect(slots.count >= 4 * 35)
        for watched in schedules {
            let expected = watched.slots(after: start, until: end)
            let runs = try await watched.runs()
            #expect(runs.map(\.trigger) == expected.map { .schedule(slot: $0) })
            #expect(runs.map(\.createdAt) == expected)
            #expect(runs.allSatisfy { $0.state == .done })
            let chain = try await watched.tenant.installation.verifyPurges(in: watched.tenant.tenant.slug)
            #expect(chain.faults == [])
        }
        let taken = try await schedules[0].runs().map(\.figures.purged).reduce(0, +)
        #expect(taken >= 27)
    }

    @Test(
        "After days without anybody at work each schedule runs once, takes all that is due by then, and goes on with its next time to come")
    func afterOutage() async throws {
        let worker = try await HandWorker(database: "deskyard_scheduled_outage")
        let tenant = try await worker.makeTenant()
        _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 2, at: LocalTime("10:00")))
        _ = try await tenant.update(.deleted, PurgeSchedulePatch(enabled: false))
        let missed = try #require(tenant.slot("2026-03-02T10:00:00Z", .spam))
        var hidden: [ID<Ticket>] = []
        for _ in 0..<9 {
            hidden += try await tenant.hide(1, as: .spam)
            worker.clock.advance(days: 1)
        }
        let lag = try await worker.operations.scheduleLag()
        let due = try await worker.tick()
        let again = try await worker.tick()
        let left = try await tenant.ticketNumbers(worker)
        let schedule = try await tenant.byAgent { try await tenant.helpdesk.readPurgeSchedule(.spam, $0) }
        let runs = try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 9, tenant.now(tenant.admin)).items
        #expect(lag == Double(worker.clock.now.milliseconds - missed.milliseconds) / 1000)
        #expect(due == 1)
        #expect(again == 0)
        #expect(left == hidden[8...].map(\.value))
        #expect(schedule.schedule.nextRunAt == tenant.slot("2026-03-11T10:00:00Z", .spam))
        #expect(runs.map(\.run.trigger) == [.schedule(slot: missed)])
        #expect(schedule.lastRun == runs.first)
        let none = try await worker.operations.scheduleLag()
        #expect(none == 0)
    }

    @Test("However many schedulers come at once, each of many helpdesks' schedules runs once for each of its times")
    func manySchedulers() async throws {
        let worker = try await HandWorker(database: "deskyard_scheduled_many")
        let count = 110
        for number in 1...count {
            _ = try await worker.operations.createTenant(.init(slug: "desk-\(number)", name: "Desk", timeZone: "Europe/Berlin"))
        }
        for day in 1...2 {
            worker.clock.advance(days: 1)
            let installation = worker.operations
            let due = try await atOnce(6) { _ in try await installation.runSchedules() }
            #expect(due.reduce(0, +) == 2 * count, "day \(day)")
            let jobs = try await worker.sql("select count(*), count(distinct (tenant_id, unique_key)) from installation.jobs")
            #expect(jobs == [["\(2 * count)", "\(2 * count)"]])
            try await worker.work()
            let runs = try await worker.sql(
                "select count(*), count(distinct (tenant_id, status, slot)), count(*) filter (where state = 'done') from helpdesk.purge_runs"
            )
            let all = "\(2 * count * day)"
            #expect(runs == [[all, all, all]])
        }
        let left = try await worker.sql("select count(*) from installation.jobs")
        #expect(left == [["0"]])
    }

    @Test("They come spread over minutes, each always at the same one, never before the time that was set")
    func spread() async throws {
        let worker = try await HandWorker(database: "deskyard_scheduled_spread")
        for number in 1...60 {
            _ = try await worker.operations.createTenant(.init(slug: "desk-\(number)", name: "Desk", timeZone: "UTC"))
        }
        let seconds = "extract(epoch from next_run_at - '2026-03-03T03:00:00Z')::integer"
        let first = try await worker.sql("select \(seconds) from installation.schedules order by tenant_id, kind")
        let delays = first.compactMap { $0[0].flatMap(Int.init) }
        #expect(delays.count == 120)
        #expect(delays.allSatisfy { (0..<300).contains($0) })
        #expect(Set(delays).count > 60)
        worker.clock.advance(days: 1)
        try await worker.tick()
        let second = try await worker.sql("select \(seconds) - 86400 from installation.schedules order by tenant_id, kind")
        #expect(second == first)
    }

    @Test(
        "A suspended helpdesk misses its turn and loses nothing; one suspended between the turn and the work has it done when it is open again"
    )
    func suspended() async throws {
        let worker = try await HandWorker(database: "deskyard_scheduled_suspended")
        let tenant = try await worker.makeTenant()
        let slug = tenant.tenant.slug
        _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 0))
        _ = try await tenant.update(.deleted, PurgeSchedulePatch(enabled: false))
        let hidden = try await tenant.hide(3, as: .spam)

        _ = try await worker.operations.setState(of: slug, .suspended)
        worker.clock.advance(days: 1)
        let missed = try await worker.tick()
        let jobs = try await worker.sql("select count(*) from installation.jobs")
        let kept = try await tenant.ticketNumbers(worker)
        let next = try await worker.sql("select next_run_at > '\(worker.clock.now)' from installation.schedules where kind = 'purge_spam'")
        _ = try await worker.operations.setState(of: slug, .active)
        let notYet = try await worker.tick()
        #expect(missed == 1)
        #expect(jobs == [["0"]])
        #expect(kept == hidden.map(\.value))
        #expect(next == [["t"]])
        #expect(notYet == 0)

        worker.clock.advance(days: 1)
        let due = try await worker.operations.runSchedules()
        _ = try await worker.operations.setState(of: slug, .suspended)
        try await worker.work()
        let stillKept = try await tenant.ticketNumbers(worker)
        _ = try await worker.operations.setState(of: slug, .active)
        worker.clock.advance(seconds: 300)
        try await worker.work()
        let gone = try await tenant.ticketNumbers(worker)
        #expect(due == 1)
        #expect(stillKept == hidden.map(\.value))
        #expect(gone == [])
    }

    @Test("A schedule switched off after its turn had come starts nothing, and one whose run still goes on starts no second one")
    func overtaken() async throws {
        let worker = try await HandWorker(database: "deskyard_scheduled_overtaken")
        let tenant = try await worker.makeTenant()
        let hidden = try await tenant.hide(2, as: .spam)
        worker.clock.advance(days: 40)
        let due = try await worker.operations.runSchedules()
        _ = try await tenant.update(.spam, PurgeSchedulePatch(enabled: false))
        try await worker.work()
        let kept = try await tenant.ticketNumbers(worker)
        #expect(due == 2)
        #expect(kept == hidden.map(\.value))

        _ = try await tenant.update(.spam, PurgeSchedulePatch(enabled: true))
        let byHand = try await tenant.start(.spam, .due)
        worker.clock.advance(days: 1)
        // Its worker is busy elsewhere.
        try await worker.sql("update installation.jobs set state = 'delayed', run_at = '\(worker.clock.now.advanced(bySeconds: 60))'")
        let dueAgain = try await worker.tick()
        let running = try await tenant.byAdmin { try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 9, $0).items }
        worker.clock.advance(seconds: 60)
        try await worker.work()
        let runs = try await tenant.byAdmin { try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 9, $0).items }
        let spam = runs.filter { $0.run.status == .spam }
        let jobs = try await worker.sql("select count(*) from installation.jobs")
        #expect(dueAgain == 2)
        #expect(running.filter { $0.run.status == .spam }.map(\.run) == [byHand])
        #expect(spam.map(\.run.id) == [byHand.id])
        #expect(spam[0].run.figures.purged == 2)
        #expect(jobs == [["0"]])
    }
}

private struct Event {
    let at: Timestamp
    let watched: Watched
    let isSlot: Bool
}

extension TestTenant {
    fileprivate func ticketNumbers(_ worker: HandWorker) async throws -> [Int64] {
        try await worker.sql("select id from helpdesk.tickets where tenant_id = \(tenant.id) order by id").compactMap {
            $0[0].flatMap(Int64.init)
        }
    }
}
