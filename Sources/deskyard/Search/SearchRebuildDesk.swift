import Domain
import Services

/// Writes the search documents of one helpdesk anew, and shows it.
struct SearchRebuildDesk {
    let app: App
    let slug: Slug

    /// Between two looks at what somebody else has in hand.
    private static let pause: Duration = .milliseconds(100)

    /// Until it is done, or its task is cancelled; never in the middle of a piece.
    func rebuild(fromStart: Bool) async throws {
        let start = ContinuousClock.now
        let (scope, first) = try await app.installation.startSearchRebuild(in: slug, fromStart: fromStart)
        if first.done > 0, first.finishedAt == nil {
            complain("\(slug.text): going on after \(first.done.grouped) of \(total(of: first).grouped) tickets")
        }
        var screen: ProgressScreen?
        var written = 0
        while true {
            try Task.checkCancellation()
            // A piece that has begun is ended: Ctrl-C cancels the task that we are, not the one it runs in.
            let piece = try await Task { try await app.helpdesk.rebuildPiece(.everything, in: scope) }.value
            switch piece {
            case .wrote(let count, let rebuild, let rest):
                written += count
                show(rebuild, on: &screen)
                if rest > 0 { try await Task.sleep(for: .milliseconds(rest)) }
            case .waiting(let rebuild), .busy(let rebuild):
                show(rebuild, on: &screen)
                try await Task.sleep(for: Self.pause)
            case .stumbled(let error):
                complain("\(slug.text): a piece failed, on with smaller ones: \(CommandFailure(describing: error).description)")
            case .ended(let rebuild):
                finish(rebuild, written, since: start, screen)
                return
            case .over:
                // Somebody else, a worker perhaps, has done the last piece.
                let last = try await app.installation.lastSearchRebuild(in: slug)
                finish(last ?? first, written, since: start, screen)
                return
            }
        }
    }

    private func total(of rebuild: SearchRebuild) -> Int64 { rebuild.extent?.total ?? 0 }

    private func show(_ rebuild: SearchRebuild, on screen: inout ProgressScreen?) {
        guard let extent = rebuild.extent else { return }
        if screen == nil {
            complain("\(slug.text): \(extent.total.grouped) tickets")
            screen = ProgressScreen(total: extent.total)
        }
        screen?.show(rebuild.done, isEnd: false)
    }

    private func finish(_ rebuild: SearchRebuild, _ written: Int, since start: ContinuousClock.Instant, _ screen: ProgressScreen?) {
        // Tickets that were purged meanwhile are not missing.
        var screen = screen
        screen?.show(total(of: rebuild), isEnd: true)
        let seconds = start.duration(to: .now) / .seconds(1)
        say("\(slug.text)\t\(written)\t\((seconds * 10).rounded() / 10)")
    }
}
