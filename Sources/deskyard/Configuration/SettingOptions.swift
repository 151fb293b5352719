import ArgumentParser

/// The settings as flags; commands that need them take all, so that they are the same everywhere.
struct SettingOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "File with settings, a line NAME=value each, named as in the environment.")
    var file: String?

    @Option(help: help(.databaseURL)) var databaseURL: String?
    @Option(help: help(.migrationDatabaseURL)) var migrationDatabaseURL: String?
    @Option(help: help(.listenDatabaseURL)) var listenDatabaseURL: String?
    @Option(help: help(.workers)) var workers: String?
    @Option(help: help(.host)) var host: String?
    @Option(help: help(.port)) var port: String?
    @Option(help: help(.poolSize)) var poolSize: String?
    @Option(help: help(.poolMinimum)) var poolMinimum: String?
    @Option(help: help(.poolTimeout)) var poolTimeout: String?
    @Option(help: help(.statementTimeout)) var statementTimeout: String?
    @Option(help: help(.preparedStatements)) var preparedStatements: String?
    @Option(help: help(.maxBodyBytes)) var maxBodyBytes: String?
    @Option(help: help(.requestTimeout)) var requestTimeout: String?
    @Option(help: help(.logLevel)) var logLevel: String?
    @Option(help: help(.logFormat)) var logFormat: String?

    private static func help(_ setting: Setting) -> ArgumentHelp {
        let fallback = setting.fallback.map { " Default: \($0)." } ?? ""
        return ArgumentHelp("\(setting.help)\(fallback) (\(setting.environmentVariable))", valueName: "value")
    }

    private func flag(_ setting: Setting) -> String? {
        switch setting {
        case .databaseURL: databaseURL
        case .migrationDatabaseURL: migrationDatabaseURL
        case .listenDatabaseURL: listenDatabaseURL
        case .workers: workers
        case .host: host
        case .port: port
        case .poolSize: poolSize
        case .poolMinimum: poolMinimum
        case .poolTimeout: poolTimeout
        case .statementTimeout: statementTimeout
        case .preparedStatements: preparedStatements
        case .maxBodyBytes: maxBodyBytes
        case .requestTimeout: requestTimeout
        case .logLevel: logLevel
        case .logFormat: logFormat
        }
    }

    /// - Parameter overriding: what the command itself decides, such as `dev` its database.
    func settings(overriding: [Setting: String] = [:]) async throws -> Settings {
        var flags: [Setting: String] = [:]
        for setting in Setting.allCases { flags[setting] = flag(setting) }
        return try await Settings(flags: flags.merging(overriding) { $1 }, file: file)
    }
}
