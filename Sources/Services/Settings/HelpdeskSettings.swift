import Domain
import Repositories

package typealias HelpdeskSettings = Repositories.HelpdeskSettings

/// What to change of the settings; nil leaves it as it is.
package struct SettingsPatch: Sendable {
    /// `.some(nil)`: for ever.
    package var reopenDays: Int??
    /// What a message does that comes too late: refuse or follow up.
    package var lateMessage: LateMessage?
    package var undoDays: Int?
    package var massActionDays: Int?
    package var searchLanguage: SearchLanguage?

    package static let massActionDays = 1...3650

    package init(
        reopenDays: Int?? = nil, lateMessage: LateMessage? = nil, undoDays: Int? = nil, massActionDays: Int? = nil,
        searchLanguage: SearchLanguage? = nil
    ) {
        self.reopenDays = reopenDays
        self.lateMessage = lateMessage
        self.undoDays = undoDays
        self.massActionDays = massActionDays
        self.searchLanguage = searchLanguage
    }
}

extension Helpdesk {
    package func readSettings(_ access: Access) async throws -> HelpdeskSettings {
        try access.require(.readSettings)
        try access.requireAgent("read the settings")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.settings.read() }
    }

    package func updateSettings(_ patch: SettingsPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> HelpdeskSettings {
        try access.require(.writeSettings)
        try access.requireAdmin("change the settings")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let old = try await tx.settings.lock().value
            try old.version.mustMatch(ifMatch)
            var settings = old
            if let days = patch.reopenDays { settings.reopenPolicy.days = days }
            if let late = patch.lateMessage { settings.reopenPolicy.late = late }
            if let days = patch.undoDays { settings.undoDays = days }
            if let days = patch.massActionDays { settings.massActionDays = days }
            if let language = patch.searchLanguage { settings.searchLanguage = language }
            try settings.checkDays()
            guard settings != old else { return Pending(old) }
            settings.version += 1
            tx.settings.update(settings)
            tx.configuration.touch()
            if settings.searchLanguage != old.searchLanguage { tx.rebuildSearch(at: now) }
            return Pending(settings)
        }
    }
}

extension HelpdeskSettings {
    fileprivate func checkDays() throws(Refusal) {
        var faults: [FieldFault] = []
        if !SettingsPatch.massActionDays.contains(massActionDays) {
            faults.append(FieldFault("mass_action_days", "invalid", "a whole number from 1 to 3650"))
        }
        // Without the results nobody knows any more what there is to take back.
        if undoDays < 0 || undoDays > massActionDays {
            faults.append(FieldFault("undo_days", "invalid", "a whole number from 0 to mass_action_days, which is \(massActionDays)"))
        }
        if !faults.isEmpty { throw .invalid(faults) }
    }
}
