import Repositories

/// What a composed statement of a mass action is planned like.
struct PlannedMassStatement {
    let shape: MassCombinations
    let plan: Plan

    static let updates = Task { try await planned(MassCombinations.updates, "u") }
    static let snapshotsByNumber = Task { try await planned(MassCombinations.snapshotsByNumber, "n") }
    static let snapshotsByCriteria = Task { try await planned(MassCombinations.snapshotsByCriteria, "c") }

    static func first(_ planned: some Collection<PlannedMassStatement>) -> String {
        planned.first.map { "\($0.shape.sql)\n\($0.plan.text)" } ?? "none"
    }

    private static func planned(_ shapes: [MassCombinations], _ letter: String) async throws -> [PlannedMassStatement] {
        try await PlanDatabase.run { session in
            try shapes.enumerated().map { index, shape in
                PlannedMassStatement(shape: shape, plan: try session.plan(of: shape.query, named: "\(letter)\(index)", tenant: 1))
            }
        }
    }
}
