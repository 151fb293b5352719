import Foundation
import Glibc
import JSON

/// What one must know to compare two results.
enum Machine {
    static func facts(postgres: String) -> JSONValue {
        [
            "processor": .string(processor), "cores": .integer(Int64(ProcessInfo.processInfo.activeProcessorCount)),
            "memory_mib": .integer(Int64(ProcessInfo.processInfo.physicalMemory >> 20)), "kernel": .string(kernel),
            "system": .string(ProcessInfo.processInfo.operatingSystemVersionString), "postgres": .string(postgres),
        ]
    }

    private static var kernel: String { contents("/proc/sys/kernel/osrelease").trimmingCharacters(in: .whitespacesAndNewlines) }

    private static var processor: String {
        let line = contents("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    private static func contents(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
