import Domain
import Services

/// What a dry run has found, as lines for people.
struct PreviewReport {
    let preview: MassPreview
    let names: HelpdeskNames
    /// Does it.
    let command: ShellCommand

    var text: String {
        var lines = AlignedLines()
        lines.add("tickets", preview.total.grouped)
        lines.add("status", each: ranked(preview.byStatus) { $0 })
        lines.add("department", each: ranked(preview.byDepartment) { names.department($0) })
        let agents = ranked(preview.byAgent) { names.agent($0) }
        lines.add("agent", each: preview.unassigned > 0 ? agents + [["nobody", preview.unassigned.grouped]] : agents)
        lines.add("would change", preview.wouldChange.grouped + extent)
        lines.add("left alone", each: ranked(preview.reasons) { $0 })
        if !preview.sample.isEmpty { lines.add("first", preview.sample.map { "#\($0)" }.joined(separator: " ")) }
        lines.add("undo", preview.isUndoable ? "possible, see the summary in the end" : "impossible: this cannot be taken back")
        lines.add("token", preview.token)
        lines.add("holds until", "\(preview.expiresAt)")
        lines.add("to do it", "\(command)")
        return lines.text
    }

    /// Where not all were looked at one by one.
    private var extent: String {
        preview.examined < preview.total ? "   (of the first \(preview.examined.grouped), which were looked at one by one)" : ""
    }

    private func ranked<Key: Comparable>(_ counts: [Key: Int64], _ name: (Key) -> String) -> [[String]] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { [name($0.key), $0.value.grouped] }
    }
}
