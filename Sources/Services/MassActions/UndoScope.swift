import Domain
import Repositories

// To take back what brought tickets back is to delete them, and to take back that something was taken back, to do it again: a token that
// must not delete, must not do so on a detour either.
extension TenantTransaction {
    func scopeToUndo(_ action: MassAction) async throws -> TokenScope {
        guard action.actions.areUndo else { return action.actions.contains { $0.kind == .restore } ? .deleteTickets : .writeTickets }
        return try await scopeToRepeat(undone(by: action))
    }

    func scopeToRepeat(_ action: MassAction) async throws -> TokenScope {
        guard action.actions.areUndo else {
            return action.actions.contains { $0.tokenScope == .deleteTickets } ? .deleteTickets : .writeTickets
        }
        return try await scopeToUndo(undone(by: action))
    }

    /// What it took back; a retry takes back what its original did.
    private func undone(by action: MassAction) async throws -> MassAction {
        switch action.origin {
        case .undo(let id): return try await massActions.find(id, by: nil).value.orNotFound
        case .retry(let id): return try await undone(by: massActions.find(id, by: nil).value.orNotFound)
        case .selection: throw Refusal.notFound
        }
    }
}
