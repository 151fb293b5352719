import Domain
import Foundation

/// Numbers of tickets as somebody types or pipes them: white space or commas in between, doubles dropped.
struct TicketNumbers {
    let ids: [ID<Ticket>]

    /// - Parameter source: where the text comes from, to say it in an error.
    init(parsing text: String, from source: String) throws {
        var ids: [ID<Ticket>] = []
        var seen: Set<Int64> = []
        // What spreadsheets put in front of a text.
        let bytes = (text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]).utf8
        for word in bytes.split(whereSeparator: Self.isSeparator) {
            let isDigits = word.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard isDigits, let number = Int64(Substring(word)), number > 0 else {
                let line = bytes[..<word.startIndex].count { $0 == UInt8(ascii: "\n") } + 1
                let place = bytes.contains(UInt8(ascii: "\n")) ? "\(source), line \(line)" : source
                throw CommandFailure("\(place): \"\(String(Substring(word).prefix(40)))\" is no ticket's number.")
            }
            if seen.insert(number).inserted { ids.append(ID(number)) }
        }
        if ids.isEmpty { throw CommandFailure("\(source): there is no ticket's number.") }
        if ids.count > MassAction.mostIDs {
            throw CommandFailure(
                "\(source): \(ids.count.grouped) tickets; by their numbers one mass action takes \(MassAction.mostIDs.grouped) at the most."
            )
        }
        self.ids = ids
    }

    /// - Parameter path: `-`: standard input.
    init(readingFrom path: String) throws {
        if path == "-" {
            try self.init(parsing: String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self), from: "standard input")
        } else {
            guard let data = FileManager.default.contents(atPath: path) else { throw CommandFailure("\(path) cannot be read.") }
            try self.init(parsing: String(decoding: data, as: UTF8.self), from: path)
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        default: false
        }
    }
}
