import Foundation
import Support
import Testing

@testable import Postgres

@Suite("Migrations")
struct MigratorTests {
    private static let first = Migration(version: 1, name: "first", sql: "create table one (id bigint); insert into one values (1)")
    private static let second = Migration(version: 2, name: "second", sql: "create table two (id bigint)")

    private func emptyDatabase() async throws -> ServerAddress {
        let cluster = try await TestCluster.shared.value
        let name = "m" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        try await ScriptSession.run(on: cluster.address()) { session in _ = try session.run("create database \(name)") }
        return cluster.address(database: name)
    }

    @Test("Each step runs once, in order, also when eight processes start at the same time")
    func once() async throws {
        let address = try await emptyDatabase()
        let runs = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 { group.addTask { try await Migrator([Self.first, Self.second], on: address).migrate() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(runs.filter { $0 == [1, 2] }.count == 1)
        #expect(runs.filter(\.isEmpty).count == 7)
        #expect(try await Migrator([Self.first, Self.second], on: address).status().pending.isEmpty)
    }

    @Test("A migration that ran and was edited is refused, and so is one this binary does not know")
    func refusals() async throws {
        let address = try await emptyDatabase()
        _ = try await Migrator([Self.first, Self.second], on: address).migrate()
        var edited = Self.first
        edited.sql += " -- harmless"
        await #expect(throws: Migrator.Refusal.changed(version: 1, name: "first")) {
            try await Migrator([edited, Self.second], on: address).migrate()
        }
        await #expect(throws: Migrator.Refusal.unknown(version: 2, name: "second")) {
            try await Migrator([Self.first], on: address).migrate()
        }
    }

    @Test("A step that fails is rolled back whole, and the steps before it stay")
    func failure() async throws {
        let address = try await emptyDatabase()
        let bad = Migration(version: 2, name: "bad", sql: "create table kept_out (id bigint); select 1 / 0")
        do {
            _ = try await Migrator([Self.first, bad], on: address).migrate()
            Issue.record("it did not fail")
        } catch Migrator.Refusal.failed(let version, let name, let error) {
            #expect(version == 2 && name == "bad" && error.sqlState == "22012")
        }
        let tables = try await ScriptSession.run(on: address) { session in
            try session.run("select to_regclass('one') is not null, to_regclass('kept_out') is null")
        }
        #expect(tables == [["t", "t"]])
        #expect(try await Migrator([Self.first, Self.second], on: address).migrate() == [2])
    }
}
