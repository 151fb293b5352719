import Foundation
import Postgres

/// A transaction that sees the database as it was, and so keeps everything that died since: a report, a dump, a forgotten session.
final class OldSnapshot: Sendable {
    private let address: ServerAddress
    private let (isOpen, opened) = AsyncStream.makeStream(of: Void.self)
    private let end = DispatchSemaphore(value: 0)

    init(on address: ServerAddress) { self.address = address }

    func open() async throws {
        Task { [self] in
            try await ScriptSession.run(on: address) { [self] session in
                try session.run("begin isolation level repeatable read; select count(*) from installation.jobs")
                opened.yield()
                end.wait()
                _ = try session.run("commit")
            }
        }
        for await _ in isOpen { break }
    }

    func close() async { end.signal() }
}
