import Foundation
import JSON
import Logging
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
        var all = metadata
        // Hummingbird numbers requests, too; ours is the one the caller sees.
        all["hb.request.id"] = nil
        if let more = event.metadata { all.merge(more) { $1 } }
        let now = Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true))
        var line: [UInt8]
        switch format {
        case .human:
            var text = "\(now) \(event.level.rawValue.uppercased()) \(event.message)"
            for (key, value) in all.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
            line = Array(text.replacing("\n", with: "⏎").utf8)
        case .json:
            var writer = JSONWriter(capacity: 256)
            writer.object { writer in
                writer.key("time")
                writer.string(now)
                writer.key("level")
                writer.string(event.level.rawValue)
                writer.key("message")
                writer.string(event.message.description)
                for (key, value) in all.sorted(by: { $0.key < $1.key }) {
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
