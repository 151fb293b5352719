import Foundation
import FoundationNetworking
import JSON

extension DeskyardProcess {
    /// Where it says that it listens, once it answers.
    func listens() async throws -> DevReading {
        for _ in 0..<600 {
            guard isRunning else { throw Failure(output: output) }
            if let match = output.firstMatch(of: /address=(http:\/\/[0-9.]+:[0-9]+)/) {
                let reading = DevReading(json: .null, url: String(match.1))
                if try await reading.send("GET", "/healthz", token: nil).status == 200 { return reading }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure(output: output)
    }
}

extension DevReading {
    /// What monitors read.
    func metrics() async throws -> String {
        let (data, _) = try await URLSession.shared.data(from: URL(string: url + "/metrics")!)
        return String(decoding: data, as: UTF8.self)
    }
}

/// Tries until it is so, for what other processes do in their own time; for a minute at the most.
func waitUntil(_ body: () async throws -> Bool) async throws {
    let start = ContinuousClock.now
    while try await !body() {
        guard start.duration(to: .now) < .seconds(120) else { throw DeskyardProcess.Failure(output: "waited in vain") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
