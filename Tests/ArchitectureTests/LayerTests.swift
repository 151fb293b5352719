import Testing

@Suite struct LayerTests {
    /// Which of our modules each may import: arrows point down only. SwiftPM lets transitive imports through, so this is the wall.
    private static let allowed: [String: Set<String>] = [
        "CLibpq": [],
        "Domain": [],
        "JSON": [],
        "Postgres": ["CLibpq"],
        "Repositories": ["Domain", "JSON", "Postgres"],
        "Services": ["Domain", "Repositories"],
        "API": ["Domain", "JSON", "Services"],
        "Jobs": ["Domain", "Services"],
        "deskyard": ["API", "Domain", "JSON", "Jobs", "Postgres", "Repositories", "Schema", "Services"],
    ]

    /// What only one floor may use.
    private static let confined: [String: Set<String>] = [
        "CLibpq": ["Postgres"],
        "Hummingbird": ["API"],
        "HummingbirdCore": ["API"],
        "NIOCore": ["API", "deskyard"],
        "ArgumentParser": ["deskyard"],
        "Crypto": ["Services"],
    ]

    @Test("imports point downwards only")
    func importsPointDownwards() throws {
        var seen = 0
        for (module, below) in Self.allowed {
            let files = SourceTree.files(under: "Sources/\(module)")
            if module != "CLibpq" { try #require(!files.isEmpty, "no files in \(module)") }
            for file in files {
                for imported in Self.imports(file.text) {
                    seen += 1
                    if Self.allowed[imported] != nil || imported == "Schema" {
                        #expect(below.contains(imported), "\(file.path) imports \(imported)")
                    }
                    if let places = Self.confined[imported] { #expect(places.contains(module), "\(file.path) imports \(imported)") }
                }
            }
        }
        #expect(seen > 100)
    }

    @Test("every folder of Sources is in the table of layers")
    func everyModuleIsListed() {
        let modules = Set(
            SourceTree.files(under: "Sources").compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) })
        #expect(modules.subtracting(Self.allowed.keys).isEmpty)
    }

    @Test("the domain does no input or output, knows no clock and waits for nothing")
    func domainIsPure() {
        for file in SourceTree.files(under: "Sources/Domain") {
            #expect(Self.imports(file.text).isEmpty, "\(file.path) imports something")
            #expect(!file.text.contains("await ") && !file.text.contains(" async"), "\(file.path) waits")
        }
    }

    @Test("only Postgres says @unchecked, apart from what one request's own task holds")
    func uncheckedIsConfined() {
        for file in SourceTree.files(under: "Sources") where file.text.contains("@unchecked Sendable") {
            #expect(file.path.hasPrefix("Sources/Postgres/") || file.path == "Sources/API/Contexts.swift", "\(file.path)")
        }
    }

    private static func imports(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 1, words.count > index + 1 else { return nil }
            return String(words[index + 1].split(separator: ".")[0])
        }
    }
}
