import Metrics

/// What is counted of search documents written anew.
struct SearchMeters: Sendable {
    private let documents = Counter(label: "search_documents_rebuilt_total")

    func wrote(_ count: Int) { documents.increment(by: Int64(count)) }
}
