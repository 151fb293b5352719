/// What the caller of `make bench` may choose.
struct Options {
    var deskyard = ".build/release/deskyard"
    var seconds = 4
    var rounds = 3
    var clients = 16
    var tickets = 100_000
    var tenants = 50
    var cases = Case.allCases
    var sized = SizedCase.allCases
    var background = BackgroundCase.allCases
    var output = ".bench/results.json"

    static let usage = """
        Measures the service against pgbench and an empty HTTP route, on a PostgreSQL of its own.

        --deskyard PATH   the program to measure (.build/release/deskyard)
        --seconds N       length of each measurement (4)
        --rounds N        measurements of each kind, of which the median counts (3)
        --clients N       connections, the same for pgbench, wrk and the service's pool (16)
        --tickets N       tickets in all (100000)
        --tenants N       helpdesks, as large as Zipf's law says (50)
        --cases A,B       only these: \(names.joined(separator: ", "))
        --output PATH     where the results are written as JSON (.bench/results.json)
        """

    private static let names =
        Case.allCases.map(\.rawValue) + SizedCase.allCases.map(\.rawValue) + BackgroundCase.allCases.map(\.rawValue)

    init(_ arguments: [String]) throws(Failure) {
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Failure("\(flag) needs a value\n\n\(Self.usage)") }
            switch flag {
            case "--deskyard": deskyard = value
            case "--seconds": seconds = try Self.number(value, for: flag, upTo: 3600)
            case "--rounds": rounds = try Self.number(value, for: flag, upTo: 100)
            case "--clients": clients = try Self.number(value, for: flag, upTo: 500)
            case "--tickets": tickets = try Self.number(value, for: flag, upTo: 100_000_000)
            case "--tenants": tenants = try Self.number(value, for: flag, upTo: 1_000_000)
            case "--cases":
                let chosen = value.split(separator: ",").map(String.init)
                cases = chosen.compactMap(Case.init)
                sized = chosen.compactMap(SizedCase.init)
                background = chosen.compactMap(BackgroundCase.init)
                if let unknown = chosen.first(where: { !Self.names.contains($0) }) {
                    throw Failure("there is no case \(unknown)\n\n\(Self.usage)")
                }
            case "--output": output = value
            default: throw Failure("there is no \(flag)\n\n\(Self.usage)")
            }
        }
    }

    private static func number(_ text: String, for flag: String, upTo limit: Int) throws(Failure) -> Int {
        guard let number = Int(text), (1...limit).contains(number) else {
            throw Failure("\(flag) must be a whole number from 1 to \(limit), not \"\(text)\"")
        }
        return number
    }
}

/// What went wrong, for a person at a prompt.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
