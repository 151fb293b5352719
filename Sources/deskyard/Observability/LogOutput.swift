import Foundation
import JSON
import Logging
import Services
import Synchronization

enum LogFormat: String, CaseIterable, Sendable { case human, json }

/// Writes log lines to standard error, for people or for programs.
struct LineLogHandler: LogHandler {
    private let label: String
    private let format: LogFormat
    private let output: LogOutput
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(label: String, level: Logger.Level, format: LogFormat, output: LogOutput) {
        self.label = label
        self.format = format
        self.output = output
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.isEmpty ? event.metadata ?? [:] : metadata.merging(event.metadata ?? [:]) { $1 }
        // Hummingbird numbers requests, too; ours is the one the caller sees.
        let shown = all.filter { $0.key != "hb.request.id" }.sorted { $0.key < $1.key }
        let now = Clock.system.now().utf8
        var line: [UInt8]
        switch format {
        case .human:
            line = now
            line.append(contentsOf: " \(event.level.rawValue.uppercased()) \(event.message)".utf8)
            for (key, value) in shown { line.append(contentsOf: " \(key)=\(value)".utf8) }
            // One event, one line.
            for index in line.indices where line[index] == UInt8(ascii: "\n") { line[index] = UInt8(ascii: " ") }
        case .json:
            var writer = JSONWriter(capacity: 256)
            writer.object { writer in
                writer.key("time")
                writer.string(plain: now)
                writer.key("level")
                writer.string(event.level.rawValue)
                writer.key("message")
                writer.string(event.message.description)
                for (key, value) in shown {
                    writer.key(dynamic: key)
                    writer.string(value.description)
                }
            }
            line = writer.bytes
        }
        line.append(UInt8(ascii: "\n"))
        output.write(line, now: event.level >= .warning)
    }
}

/// Gathers lines and writes them a few times a second: a write per request would cost as much as the request's JSON.
///
/// Warnings and worse go out at once; what is gathered is written when the process ends, unless it is killed.
final class LogOutput: Sendable {
    private let buffer = Mutex<[UInt8]>([])

    init() {
        let thread = Thread { [self] in
            while true {
                Thread.sleep(forTimeInterval: 0.1)
                flush()
            }
        }
        thread.name = "log"
        thread.start()
    }

    func write(_ line: [UInt8], now: Bool) {
        let full = buffer.withLock { buffer in
            buffer.append(contentsOf: line)
            return buffer.count > 64 << 10
        }
        if now || full { flush() }
    }

    func flush() {
        buffer.withLock { buffer in
            buffer.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written < 0 && errno != EINTR { break }
                    rest = rest.dropFirst(max(written, 0))
                }
            }
            buffer.removeAll(keepingCapacity: true)
        }
    }
}
