extension Background {
    /// What it costs to keep tickets findable: the service's statements for a new ticket and for a reply, with the one that writes the
    /// search document and without it.
    func ingest() async throws -> [BackgroundResult] {
        var results: [BackgroundResult] = []
        for (measured, title, past) in [(Case.create, "new tickets", 200), (.reply, "replies", 500)] {
            let with = PgbenchScript(measured, tenants)
            let without = PgbenchScript(measured, tenants, findable: false)
            var rates: (with: [Double], without: [Double]) = ([], [])
            for round in 1...options.rounds {
                try await database.settle()
                // In turns, so that neither always meets the larger tables; behind the numbers that other cases give.
                for isWith in round % 2 == 1 ? [true, false] : [false, true] {
                    let run = past + 2 * round + (isWith ? 0 : 1)
                    let rate = try await pgbench.measure(isWith ? with : without, run: run)
                    if isWith { rates.with.append(rate) } else { rates.without.append(rate) }
                }
                let last = (with: whole(rates.with[round - 1]), without: whole(rates.without[round - 1]))
                say("  round \(round) of \(options.rounds), \(title): \(last.with)/s beside \(last.without)/s")
            }
            let (ours, bare) = (median(rates.with), median(rates.without))
            results += [
                BackgroundResult(
                    title: "\(title) with the search document, bare SQL", unit: "/s", ours: ours, floor: bare, aim: "none given"),
                BackgroundResult(
                    title: "the search document's part of the time for \(title)", unit: "ms", ours: 1000 / ours - 1000 / bare,
                    aim: "none given"),
            ]
        }
        return results
    }
}
