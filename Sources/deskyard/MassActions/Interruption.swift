import Dispatch
import Glibc

/// Does something until Ctrl-C is pressed, which then ends it and not the process. Pressed again, it does.
/// - Returns: nil when it was ended.
func untilInterrupted<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
    let task = Task { try await body() }
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
        task.cancel()
        signal(SIGINT, SIG_DFL)
    }
    source.activate()
    defer {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
    do { return try await task.value } catch {
        if task.isCancelled { return nil }
        throw error
    }
}
