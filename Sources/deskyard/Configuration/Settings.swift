import ArgumentParser
import Configuration
import Domain
import Logging
import Postgres
import SystemPackage

/// The settings of this process, read from flags, environment and file.
struct Settings {
    private let reader: ConfigReader

    /// - Parameter flags: what was given on the command line.
    init(flags: [Setting: String], file: String?) async throws {
        let given = Dictionary(flags.map { (Self.key($0.key), ConfigValue(stringLiteral: $0.value)) }) { $1 }
        var providers: [any ConfigProvider] = [InMemoryProvider(name: "flags", values: given), EnvironmentVariablesProvider()]
        if let file { providers.append(try await EnvironmentVariablesProvider(environmentFilePath: FilePath(file))) }
        reader = ConfigReader(providers: providers)
    }

    private static func key(_ setting: Setting) -> AbsoluteConfigKey {
        AbsoluteConfigKey(["deskyard"] + setting.rawValue.split(separator: "-").map(String.init))
    }

    /// What was set, if anything. Quotes around a value, as systemd and the shell take them, are not part of it.
    func given(_ setting: Setting) -> String? {
        let key = ConfigKey(["deskyard"] + setting.rawValue.split(separator: "-").map(String.init))
        guard let value = reader.string(forKey: key) else { return nil }
        for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
            return String(value.dropFirst().dropLast())
        }
        return value
    }

    func text(_ setting: Setting) throws -> String {
        guard let value = given(setting) ?? setting.fallback, !value.isEmpty else {
            throw ValidationError("Set --\(setting.rawValue) or \(setting.environmentVariable): \(setting.help)")
        }
        return value
    }

    private func parsed<Value>(_ setting: Setting, _ rule: String, _ parse: (String) -> Value?) throws -> Value {
        let text = try text(setting)
        guard let value = parse(text) else {
            throw ValidationError("--\(setting.rawValue) (\(setting.environmentVariable)) must be \(rule), not \"\(text)\".")
        }
        return value
    }

    func number(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int {
        try parsed(setting, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func seconds(_ setting: Setting) throws -> Duration { .seconds(try number(setting, in: 1...86_400)) }

    func flag(_ setting: Setting) throws -> Bool { try parsed(setting, "true or false") { Bool($0) } }

    func logLevel() throws -> Logger.Level {
        try parsed(.logLevel, "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))") { Logger.Level(rawValue: $0) }
    }

    func logFormat() throws -> LogFormat { try parsed(.logFormat, "human or json") { LogFormat(rawValue: $0) } }

    /// Where the service works, and with which limits on each session.
    func serverAddress() throws -> ServerAddress {
        let timeout = try seconds(.statementTimeout) / .milliseconds(1)
        // Behind a transaction pooler, settings at the start of a session are refused; there each transaction brings its own.
        let settings =
            try flag(.preparedStatements)
            ? [
                ("statement_timeout", "\(Int(timeout))ms"), ("idle_in_transaction_session_timeout", "60s"), ("lock_timeout", "10s"),
            ] : []
        return ServerAddress(try text(.databaseURL), sessionSettings: settings.map { (name: $0.0, value: $0.1) })
    }

    /// Where workers are told of new jobs; nil where only a pooler is known, which would tell somebody else.
    func listenAddress() throws -> ServerAddress? {
        if let url = given(.listenDatabaseURL) { return ServerAddress(url) }
        return try flag(.preparedStatements) ? ServerAddress(try text(.databaseURL)) : nil
    }

    func poolOptions() throws -> ConnectionPool.Options {
        var options = ConnectionPool.Options()
        options.maximum = try number(.poolSize, in: 1...1000)
        options.minimum = try number(.poolMinimum, in: 0...1000)
        options.acquisitionTimeout = try seconds(.poolTimeout)
        options.exchangeTimeout = try seconds(.statementTimeout) + .seconds(5)
        options.usesNamedStatements = try flag(.preparedStatements)
        return options
    }
}
