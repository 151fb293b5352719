import Domain
import Services

/// Two helpdesks with a week behind them, made by the same verbs that serve requests, so that every history is a real one.
struct DemoData {
    let database: Database
    let installation: Installation

    func fill() async throws -> DevFile.Tokens {
        let end = Clock.system.now()
        var weeks: [DemoWeek] = []
        // One after the other, so that each has its number; what happens in them happens side by side.
        for script in DemoScript.all {
            let clock = DemoClock(end.advanced(byDays: -30))
            let cast = try await DemoSetup(script, database: database, clock: clock.clock, end: end).cast()
            let helpdesk = Helpdesk(database: database, clock: clock.clock)
            weeks.append(DemoWeek(script: script, cast: cast, helpdesk: helpdesk, clock: clock, end: end))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for week in weeks { group.addTask { try await week.play() } }
            try await group.waitForAll()
        }
        let (token, _) = try await installation.createOperatorToken(named: "demo")
        return DevFile.Tokens(systemOperator: token.text, tenants: weeks.map(\.cast.tokens))
    }
}
