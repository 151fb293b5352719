import Logging

/// Something a process does again and again in the background, whatever went wrong the last time.
struct Duty: Sendable {
    private let name: String
    private let pause: Duration
    private let logger: Logger
    private let body: @Sendable () async throws -> Void

    init(_ name: String, every pause: Duration, _ logger: Logger, _ body: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.pause = pause
        self.logger = logger
        self.body = body
    }

    /// Until its task is cancelled.
    func run() async {
        var isFailing = false
        while !Task.isCancelled {
            do {
                try await body()
                isFailing = false
            } catch {
                if Task.isCancelled { return }
                // Once for each outage, not once a second.
                if !isFailing { logger.warning("cannot \(name)", metadata: ["error": "\(error)"]) }
                isFailing = true
            }
            try? await Task.sleep(for: pause)
        }
    }
}
