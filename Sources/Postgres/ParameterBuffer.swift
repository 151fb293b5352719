/// Lays out a statement's values the way libpq wants them; one per connection, so that its memory is used again.
struct ParameterBuffer {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var types: [UInt32] = []
    private var formats: [Int32] = []

    mutating func fill(_ binds: [Bind]) {
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
        for bind in binds {
            let start = bytes.count
            let isPresent = bind.write(to: &bytes)
            starts.append(isPresent ? start : -1)
            lengths.append(Int32(bytes.count - start))
            types.append(bind.type.rawValue)
        }
        // An empty buffer may have no address, and a null address would mean SQL null.
        bytes.append(0)
        while formats.count < binds.count { formats.append(1) }
    }

    func withTypes<Result>(_ body: (Int32, UnsafePointer<UInt32>?) -> Result) -> Result {
        types.withUnsafeBufferPointer { body(Int32(types.count), $0.baseAddress) }
    }

    func withValues<Result>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress!.assumingMemoryBound(to: CChar.self)
            return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: max(starts.count, 1)) { pointers in
                for (index, start) in starts.enumerated() { pointers.initializeElement(at: index, to: start < 0 ? nil : base + start) }
                return lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(starts.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
