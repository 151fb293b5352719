import JSON
import Testing

/// A plan as the server explains it.
struct Plan {
    struct Node {
        let type: String
        let table: String?
        let index: String?
        /// Which part of the index is read.
        let condition: String
        /// What of that is left out.
        let filter: String
        /// What it is called where others use its answer: `InitPlan 1 (returns $5)`.
        let name: String
        /// How many rows it gave and left out, if it was run.
        let rows: Int64
        let children: [Node]

        /// This one and all below it.
        var all: [Node] { [self] + children.flatMap(\.all) }
    }

    /// One reading of one table.
    struct Read {
        let table: String
        /// None: the whole table.
        let indexes: [String]
        let condition: String
        let filter: String
        /// Whether what is read is in each of the indexes.
        let isOfAll: Bool
    }

    let text: String
    let root: Node
    let buffers: Int64

    var nodes: [Node] { root.all }

    init(_ text: String) throws {
        self.text = text
        let json = try #require(try JSONValue(parsing: text.utf8).array?.first?["Plan"])
        root = Node(json)
        buffers = (json["Shared Hit Blocks"]?.integer ?? 0) + (json["Shared Read Blocks"]?.integer ?? 0)
    }

    /// How many tickets it went through, if it was run.
    var ticketsRead: Int64 { nodes.filter { $0.type.hasSuffix("Scan") && $0.table == "tickets" }.map(\.rows).reduce(0, +) }

    func reads(of tables: Set<String>) -> [Read] { root.reads(of: tables) }

    /// What is worked out before, and stands in this parameter then.
    func source(of parameter: String) -> Node? { nodes.first { $0.name.hasSuffix("(returns \(parameter))") } }
}

extension Plan.Node {
    fileprivate init(_ json: JSONValue) {
        type = json["Node Type"]?.string ?? ""
        table = json["Relation Name"]?.string
        index = json["Index Name"]?.string
        condition = json["Index Cond"]?.string ?? ""
        filter = json["Filter"]?.string ?? ""
        name = json["Subplan Name"]?.string ?? ""
        let ofEachLoop = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"].compactMap { json[$0]?.integer }
        rows = ofEachLoop.reduce(0, +) * (json["Actual Loops"]?.integer ?? 0)
        children = (json["Plans"]?.array ?? []).map { Self($0) }
    }

    func reads(of tables: Set<String>) -> [Plan.Read] {
        all.filter { $0.type.hasSuffix("Scan") }.compactMap { node in
            guard let table = node.table, tables.contains(table) else { return nil }
            // A bitmap is made below the node that reads by it.
            let parts = node.type == "Bitmap Heap Scan" ? node.all.filter { $0.type == "Bitmap Index Scan" } : [node]
            return Plan.Read(
                table: table, indexes: parts.compactMap(\.index), condition: parts.map(\.condition).joined(separator: " and "),
                filter: node.filter, isOfAll: node.children.first?.type == "BitmapAnd" && !node.all.contains { $0.type == "BitmapOr" })
        }
    }
}
